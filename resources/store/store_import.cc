// SPDX-License-Identifier: Apache-2.0
// A template revision: built in a staging directory, published by one rename.
#include "resources/files/publish.h"
#include "resources/store/claim.h"
#include "resources/store/revision_builder.h"
#include "resources/store/store.h"

namespace cowherd {

Result<RevisionIdentity> Store::import_revision(const ImportRequest& request, const BulkControl& control) {
  const std::string directory = layout_.template_dir(request.template_name.str());
  const std::string staged = directory + "/" + std::string(kStagingPrefix) + request.inputs.short12();
  const Claim claim(*this, staged);
  if (!claim.granted()) return fail(ErrorKind::Busy, "import into '" + staged + "': an import goes on there");
  Result<RevisionIdentity> imported = import_staged(request, staged, control);
  // Empty by now after a success; what a failure leaves is of no use to anybody.
  const auto clean = [&]() -> Status {
    COWHERD_TRY(remove_tree(files_, staged));
    COWHERD_ASSIGN(const std::vector<FileEntry> entries, list_or_empty(directory));
    if (!entries.empty()) return {};
    const Status removed = files_.remove(directory);
    return !removed && removed.error().kind != ErrorKind::NotFound ? removed : Status{};
  };
  const Status cleaned = clean();
  if (!imported && !cleaned) imported.error() = std::move(imported.error()).and_also(cleaned.error());
  return settled(std::move(imported)).in("importing template '" + request.template_name.str() + "'");
}

Status Store::make_staged(const ImportRequest& request, const std::string& staged) {
  COWHERD_TRY(files_.make_directory(layout_.template_dir(request.template_name.str())));
  COWHERD_TRY(files_.sync(layout_.templates()));
  COWHERD_TRY(remove_tree(files_, staged));
  return files_.make_directory(staged);
}

Result<RevisionIdentity> Store::import_staged(const ImportRequest& request, const std::string& staged,
                                              const BulkControl& control) {
  RevisionBuilder builder({files_, bulk_, images_, parts_}, layout_, request, staged);
  COWHERD_TRY(builder.check());
  COWHERD_TRY(make_staged(request, staged));
  COWHERD_ASSIGN(RevisionIdentity built, builder.build(control));
  built.created = clock_.now();
  COWHERD_TRY(share_equal_content(built, staged));
  COWHERD_TRY(files_.write(staged + "/" + kRevisionFile, print_identity(built)));
  COWHERD_TRY(files_.sync(staged + "/" + kRevisionFile));
  return publish_revision(std::move(built), staged);
}

// Equal content is kept once: sandboxes of all templates then share one loop device and one page cache.
Status Store::share_equal_content(const RevisionIdentity& built, const std::string& staged) {
  std::set<std::string> missing{kRootfsFile, kKernelFile};
  if (built.has_initrd) missing.insert(kInitrdFile);
  COWHERD_ASSIGN(const std::vector<FileEntry> templates, list_or_empty(layout_.templates()));
  for (const FileEntry& entry : templates) {
    COWHERD_ASSIGN(const std::vector<FileEntry> revisions, list_or_empty(layout_.template_dir(entry.name)));
    for (const FileEntry& candidate : revisions) {
      const Result<Digest> id = Digest::make(candidate.name);
      const Result<RevisionIdentity> other = id ? revision(entry.name, *id) : fail(id.error());
      if (!other) continue;  // nothing to share with what cannot be read
      const std::string directory = layout_.revision_dir(entry.name, *id);
      const auto share_if = [&](const char* file, bool equal) -> Status {
        if (!equal || missing.erase(file) == 0) return {};
        return share(directory + "/" + file, staged + "/" + file);
      };
      COWHERD_TRY(share_if(kRootfsFile, other->raw_sha256 == built.raw_sha256));
      COWHERD_TRY(share_if(kKernelFile, other->kernel_sha256 == built.kernel_sha256));
      COWHERD_TRY(share_if(kInitrdFile, built.initrd_sha256 && other->initrd_sha256 == built.initrd_sha256));
    }
  }
  return {};
}

// Puts a link to the existing file in place of the copy. Where no link can be made (too many links, the other revision
// just went to trash), the copy stays, which is as right.
Status Store::share(const std::string& existing, const std::string& copy) {
  const std::string link = copy + std::string(kStagingPrefix);
  if (!files_.link(existing, link)) return {};
  return files_.rename(link, copy, RenameMode::Replace);
}

Result<RevisionIdentity> Store::publish_revision(RevisionIdentity built, const std::string& staged) {
  const std::string target = layout_.revision_dir(built.template_name.str(), built.id);
  Result<RevisionIdentity> existing = revision(built.template_name.str(), built.id);
  if (!existing && existing.error().kind == ErrorKind::NotFound) {
    COWHERD_TRY(publish_directory(files_, staged, target));
    return built;
  }
  if (!existing && existing.error().kind != ErrorKind::Corrupt) return existing;
  if (existing && existing->inputs == built.inputs && existing->sources == built.sources) return existing;
  // The same content from other inputs, or an identity file that was damaged: the record is made to say what it is.
  COWHERD_ASSIGN(const FileStamp rootfs, files_.stat(target + "/" + kRootfsFile));
  if (rootfs.size != built.image_size) {
    return fail(ErrorKind::Corrupt, "'" + target + "/" + kRootfsFile + "' is not the image its revision names",
                "move the directory away and import again");
  }
  if (existing) built.created = existing->created;
  COWHERD_TRY(write_identity(target, kRevisionFile, print_identity(built)));
  return built;
}

}  // namespace cowherd
