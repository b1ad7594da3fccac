// SPDX-License-Identifier: Apache-2.0
#include "resources/store/store.h"

#include "resources/files/publish.h"
#include "resources/store/check_place.h"
#include "resources/store/claim.h"

namespace cowherd {

Store::Store(StoreHost host, Clock& clock, Layout layout)
    : files_(host.files),
      bulk_(host.bulk),
      images_(host.images),
      parts_(host.parts),
      clock_(clock),
      layout_(std::move(layout)) {}

Result<std::vector<FileEntry>> Store::list_or_empty(const std::string& directory) {
  Result<std::vector<FileEntry>> entries = files_.list(directory);
  if (!entries && entries.error().kind == ErrorKind::NotFound) return std::vector<FileEntry>{};
  return entries;
}

// --- durability of what a killed run, or a failed call, left visible

Status Store::prepare() {
  COWHERD_TRY(make_directories(files_, layout_.root()));
  for (const std::string& directory : {layout_.approvals(), layout_.declared(), layout_.templates(),
                                       layout_.sandboxes(), layout_.snapshots(), layout_.trash()}) {
    COWHERD_TRY(files_.make_directory(directory));
  }
  return settled(settle()).in("preparing state directory '" + layout_.root() + "'");
}

// An absent directory has no names to keep.
Status Store::sync_names(const std::string& directory) {
  const Status synced = files_.sync(directory);
  return !synced && synced.error().kind == ErrorKind::NotFound ? Status{} : synced;
}

Status Store::sync_children(const std::string& directory) {
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, list_or_empty(directory));
  for (const FileEntry& entry : entries) {
    if (entry.type == FileType::Directory) COWHERD_TRY(sync_names(directory + "/" + entry.name));
  }
  return sync_names(directory);
}

// Content is synced before it gets its name, so the directories are all that is missing.
Status Store::settle() {
  COWHERD_ASSIGN(const std::vector<FileEntry> templates, list_or_empty(layout_.templates()));
  for (const FileEntry& entry : templates) {
    if (entry.type == FileType::Directory) COWHERD_TRY(sync_children(layout_.template_dir(entry.name)));
  }
  COWHERD_TRY(sync_names(layout_.templates()));
  COWHERD_TRY(sync_children(layout_.trash()));
  COWHERD_ASSIGN(const std::vector<FileEntry> sandboxes, list_or_empty(layout_.sandboxes()));
  for (const FileEntry& entry : sandboxes) {
    // The mark that a memory image was consumed must outlive whatever its guest did since.
    if (entry.type == FileType::Directory) COWHERD_TRY(sync_names(layout_.sandboxes() + "/" + entry.name + "/memory"));
  }
  COWHERD_TRY(sync_children(layout_.sandboxes()));
  COWHERD_TRY(sync_children(layout_.snapshots()));
  return files_.sync(layout_.root());
}

// --- sandboxes

Status Store::create_sandbox(const SandboxIdentity& identity) {
  const std::string target = layout_.sandbox_dir(identity.uid);
  const std::string staged = layout_.sandboxes() + "/" + std::string(kStagingPrefix) + identity.uid.str();
  const auto create = [&]() -> Status {
    const Claim claim(*this, staged);
    const Result<FileStamp> taken = files_.stat(target);
    if (!taken && taken.error().kind != ErrorKind::NotFound) return fail(taken.error());
    if (taken || !claim.granted()) {
      return fail(ErrorKind::Busy, "create '" + target + "': it exists or is being made");
    }
    COWHERD_TRY(remove_tree(files_, staged));
    COWHERD_TRY(files_.make_directory(staged));
    COWHERD_TRY(files_.write(staged + "/" + kSandboxFile, print_identity(identity)));
    COWHERD_TRY(files_.sync(staged + "/" + kSandboxFile));
    return publish_directory(files_, staged, target);
  };
  return settled(create()).in("creating sandbox '" + identity.name.str() + "'");
}

Status Store::update_sandbox(const SandboxIdentity& identity) {
  return settled(write_identity(layout_.sandbox_dir(identity.uid), kSandboxFile, print_identity(identity)))
      .in("recording sandbox '" + identity.name.str() + "'");
}

Status Store::update_revision(const RevisionIdentity& identity) {
  const std::string name = identity.template_name.str();
  return settled(write_identity(layout_.revision_dir(name, identity.id), kRevisionFile, print_identity(identity)))
      .in("recording revision " + identity.id.short12() + " of template '" + name + "'");
}

Status Store::write_identity(const std::string& directory, const char* file, const std::string& text) {
  COWHERD_TRY(files_.stat(directory));
  const Claim claim(*this, directory + "/" + std::string(kStagingPrefix) + file);
  if (!claim.granted()) return fail(ErrorKind::Busy, "write '" + directory + "': it is being written");
  return publish_file(files_, directory, file, text);
}

Result<SandboxIdentity> Store::sandbox(const Uid& uid) {
  COWHERD_TRY(files_.stat(layout_.sandbox_dir(uid)));
  const std::string path = layout_.sandbox_dir(uid) + "/" + kSandboxFile;
  Result<std::string> text = files_.read(path, kIdentityLimit);
  if (!text && (text.error().kind == ErrorKind::NotFound || text.error().kind == ErrorKind::Invalid)) {
    text.error().kind = ErrorKind::Corrupt;
  }
  if (!text) return fail(text.error());
  return check_place(parse_sandbox_identity(*text), uid).in("reading '" + path + "'");
}

Result<RevisionIdentity> Store::revision(const std::string& template_name, const Digest& id) {
  COWHERD_TRY(files_.stat(layout_.revision_dir(template_name, id)));
  const std::string path = layout_.revision_dir(template_name, id) + "/" + kRevisionFile;
  Result<std::string> text = files_.read(path, kIdentityLimit);
  if (!text && (text.error().kind == ErrorKind::NotFound || text.error().kind == ErrorKind::Invalid)) {
    text.error().kind = ErrorKind::Corrupt;
  }
  if (!text) return fail(text.error());
  return check_place(parse_revision_identity(*text), template_name, id).in("reading '" + path + "'");
}

Status Store::mark_quiesced(const Uid& uid) {
  const std::string directory = layout_.sandbox_dir(uid);
  const auto mark = [&]() -> Status {
    COWHERD_TRY(files_.write(directory + "/" + kQuiescedMark, ""));
    COWHERD_TRY(files_.sync(directory + "/" + kQuiescedMark));
    return files_.sync(directory);
  };
  return settled(mark()).in("marking the guest of '" + directory + "' as quiesced");
}

Status Store::clear_quiesced(const Uid& uid) {
  const std::string directory = layout_.sandbox_dir(uid);
  const auto clear = [&]() -> Status {
    const Status removed = files_.remove(directory + "/" + kQuiescedMark);
    if (!removed && removed.error().kind == ErrorKind::NotFound) return {};
    COWHERD_TRY(removed);
    return files_.sync(directory);
  };
  return settled(clear()).in("marking the guest of '" + directory + "' as going on");
}

// --- leftovers

Status Store::remove_leftover(const std::string& path) {
  const bool inside = path.compare(0, layout_.root().size() + 1, layout_.root() + "/") == 0;
  const bool empty_template = parent_of(path) == layout_.templates();
  if (!inside || path.find("/..") != std::string::npos || (!is_staging_name(name_of(path)) && !empty_template)) {
    return fail(ErrorKind::Invalid, "remove leftover '" + path + "': it is not interrupted work");
  }
  const Claim claim(*this, path);
  if (!claim.granted()) return fail(ErrorKind::Busy, "remove leftover '" + path + "': work in it goes on");
  const auto remove = [&]() -> Status {
    if (is_staging_name(name_of(path))) {
      COWHERD_TRY(remove_tree(files_, path));
    } else if (const Status removed = files_.remove(path); !removed && removed.error().kind != ErrorKind::NotFound) {
      return removed;
    }
    return sync_names(parent_of(path));
  };
  return settled(remove()).in("removing leftover '" + path + "'");
}

}  // namespace cowherd
