// SPDX-License-Identifier: Apache-2.0
#include "resources/store/suspensions.h"

#include <algorithm>

#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/kinds/document_type.h"
#include "resources/store/reason_check.h"

namespace cowherd {

namespace {

constexpr Bytes kLimit = 8_KiB;
constexpr std::string_view kPrefix = "suspend-";
constexpr std::string_view kSuffix = ".json";

std::string head_of(Kind kind) { return std::string(kPrefix) + std::string(to_string(kind)) + "-"; }

std::string file_name(const ObjectName& object) { return head_of(object.kind) + object.name.str() + std::string(kSuffix); }

std::optional<ObjectName> object_of_file(std::string_view file) {
  if (!file.ends_with(kSuffix)) return std::nullopt;
  file.remove_suffix(kSuffix.size());
  for (const Kind kind : kAllKinds) {
    const std::string head = head_of(kind);
    if (!file.starts_with(head)) continue;
    const auto name = ResourceName::make(file.substr(head.size()));
    if (name) return ObjectName{kind, *name};
  }
  return std::nullopt;
}

Result<Suspension> read(FileSystem& files, const std::string& path, const ObjectName& object) {
  COWHERD_ASSIGN(const std::string text, files.read(path, kLimit));
  COWHERD_ASSIGN(const Value value, parse_json(text));
  Suspension suspension{object, {}, {}};
  COWHERD_ASSIGN(suspension.reason, string_at(value, "reason"));
  COWHERD_ASSIGN(const std::string since, string_at(value, "since"));
  COWHERD_ASSIGN(suspension.since, parse_moment(since));
  return suspension;
}

}  // namespace

Status suspend(FileSystem& files, const Layout& layout, const ObjectName& object, const std::string& reason, Moment now) {
  COWHERD_TRY(check_reason(reason).in("suspend " + to_string(object)));
  const std::string file = file_name(object);
  const Result<Suspension> before = read(files, layout.approvals() + "/" + file, object);
  Value value = Value::map();
  value.set("object", to_string(object));
  value.set("reason", reason);
  value.set("since", print_moment(before && before->since ? *before->since : now));
  COWHERD_TRY(files.make_directory(layout.approvals()));
  COWHERD_TRY(files.sync(layout.root()));
  return publish_file(files, layout.approvals(), file, print_json(value, JsonStyle::Pretty));
}

Result<std::vector<Suspension>> list_suspensions(FileSystem& files, const Layout& layout) {
  std::vector<Suspension> all;
  const Result<std::vector<FileEntry>> entries = files.list(layout.approvals());
  if (!entries && entries.error().kind == ErrorKind::NotFound) return all;
  if (!entries) return fail(entries.error());
  for (const FileEntry& entry : *entries) {
    const std::optional<ObjectName> object = object_of_file(entry.name);
    if (!object || entry.type != FileType::Regular) continue;
    const Result<Suspension> content = read(files, layout.approvals() + "/" + entry.name, *object);
    if (!content && content.error().kind == ErrorKind::NotFound) continue;  // taken back meanwhile
    all.push_back(content ? *content : Suspension{*object, "its request cannot be read: " + to_string(content.error()), {}});
  }
  std::sort(all.begin(), all.end(), [](const Suspension& a, const Suspension& b) { return a.object < b.object; });
  return all;
}

Status unsuspend(FileSystem& files, const Layout& layout, const ObjectName& object) {
  const Status removed = files.remove(layout.approvals() + "/" + file_name(object));
  const Status synced = files.sync(layout.approvals());  // also when it is gone: an earlier call may have been interrupted
  if (!removed) return removed;
  return synced;
}

}  // namespace cowherd
