// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/store/field_reader.h"
#include "resources/store/source_state.h"

namespace cowherd {

namespace {

constexpr Bytes kLimit = 64_MiB;  // GitLimits::total with every byte escaped, and the rest
constexpr std::string_view kEnding = ".json";

std::string directory_of(const Layout& layout, const ResourceName& source) { return layout.source_dir(source) + "/revisions"; }

std::string file_name(const CommitId& id) { return id.str() + std::string(kEnding); }

bool is_kept(const std::string& file, const SourceState& state, const std::optional<SourcePin>& pin) {
  const auto is = [&file](const CommitId& id) { return file == file_name(id); };
  const bool is_past = std::any_of(state.history.begin(), state.history.end(), [&](const PastRevision& past) { return is(past.id); });
  return is_past || is(state.in_force) || is(state.latest) || (pin && is(pin->id));
}

// Also what was being published when it was interrupted.
bool is_revision_file(const std::string& file) {
  std::string_view name = file;
  if (is_staging_name(name)) name.remove_prefix(kStagingPrefix.size());
  return name.ends_with(kEnding) && CommitId::make(name.substr(0, name.size() - kEnding.size()));
}

}  // namespace

std::string print_revision(const Revision& revision) {
  Value value = Value::map();
  value.set("commit", revision.id.str())
      .set("subject", revision.subject)
      .set("author", revision.author)
      .set("committed", print_moment(revision.committed))
      .set("signer", revision.signer);
  Value files = Value::map();
  for (const auto& [path, text] : revision.files) files.set(path, text);
  return print_json(value.set("files", std::move(files)), JsonStyle::Pretty);
}

Result<Revision> parse_revision(std::string_view text) {
  const Result<Value> value = parse_json(text);
  if (!value) return fail(ErrorKind::Corrupt, value.error().message);
  FieldReader fields(*value);
  Revision revision;
  revision.id = fields.made<CommitId>("commit");
  revision.subject = fields.text("subject");
  revision.author = fields.text("author");
  revision.committed = fields.moment("committed");
  revision.signer = fields.text("signer");
  revision.files = fields.texts_by_key("files");
  COWHERD_TRY(fields.done());
  return revision;
}

Result<std::string> read_revision_text(FileSystem& files, const Layout& layout, const ResourceName& source, const CommitId& id) {
  return files.read(directory_of(layout, source) + "/" + file_name(id), kLimit);
}

Status keep_revision(FileSystem& files, const Layout& layout, const ResourceName& source, const Revision& revision) {
  const std::string directory = directory_of(layout, source);
  const std::string doing = "keeping revision " + revision.id.short7() + " of source '" + source.str() + "'";
  if (files.stat(directory + "/" + file_name(revision.id))) return files.sync(directory).in(doing);
  COWHERD_TRY(make_directories(files, directory).in(doing));
  return publish_file(files, directory, file_name(revision.id), print_revision(revision)).in(doing);
}

Status drop_revisions(FileSystem& files, const Layout& layout, const ResourceName& source, const SourceState& state,
                      const std::optional<SourcePin>& pin) {
  const std::string directory = directory_of(layout, source);
  const Result<std::vector<FileEntry>> entries = files.list(directory);
  if (!entries && entries.error().kind == ErrorKind::NotFound) return {};
  if (!entries) return fail(entries.error());
  Status first;
  for (const FileEntry& entry : *entries) {
    if (!is_revision_file(entry.name) || is_kept(entry.name, state, pin)) continue;
    const Status removed = files.remove(directory + "/" + entry.name);
    if (!removed && removed.error().kind != ErrorKind::NotFound && first) first = removed;
  }
  return first;
}

}  // namespace cowherd
