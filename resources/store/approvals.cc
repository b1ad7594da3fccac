// SPDX-License-Identifier: Apache-2.0
#include "resources/store/approvals.h"

#include <algorithm>
#include <array>

#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/store/trash_name.h"

namespace cowherd {

namespace {

constexpr Bytes kLimit = 4_KiB;
constexpr std::string_view kDelete = "delete";
constexpr std::string_view kUndelete = "undelete";
constexpr std::string_view kTrashPrefix = "Trash/";
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kByName{
    {{"Template/", "template"}, {"Sandbox/", "sandbox"}, {"Snapshot/", "snapshot"}}};
constexpr std::array<std::string_view, 3> kObjectVerbs{"replace", "dataloss", "delete"};

bool is_hash8(const std::string& text) {
  return text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The file of a deletion without uid and hash, which is for an object by its name; "" when it is another approval.
std::string file_by_name(const Approval& approval) {
  if (approval.verb != kDelete || !approval.uid.empty() || !approval.hash8.empty()) return "";
  for (const auto& [prefix, word] : kByName) {
    if (!approval.object.starts_with(prefix)) continue;
    const auto name = ResourceName::make(std::string_view(approval.object).substr(prefix.size()));
    return name ? "delete-" + std::string(word) + "-" + name->str() + ".json" : "";
  }
  return "";
}

bool names_trash(const Approval& approval) {
  return approval.verb == kUndelete && approval.uid.empty() && approval.hash8.empty() &&
         approval.object.starts_with(kTrashPrefix) &&
         approval.object.find('/', kTrashPrefix.size()) == std::string::npos &&
         parse_trash_name(std::string_view(approval.object).substr(kTrashPrefix.size())).has_value();
}

bool is_well_formed(const Approval& approval) {
  if (!file_by_name(approval).empty() || names_trash(approval)) return true;
  const bool known = std::find(kObjectVerbs.begin(), kObjectVerbs.end(), approval.verb) != kObjectVerbs.end();
  return known && !approval.object.empty() && Uid::make(approval.uid).has_value() && is_hash8(approval.hash8);
}

std::string file_name(const Approval& approval) {
  if (std::string by_name = file_by_name(approval); !by_name.empty()) return by_name;
  if (names_trash(approval)) return "undelete-" + approval.object.substr(kTrashPrefix.size()) + ".json";
  return approval.verb + "-" + approval.uid + "-" + approval.hash8 + ".json";
}

Result<Approval> parse(const std::string& text) {
  COWHERD_ASSIGN(const Value value, parse_json(text));
  Approval approval;
  COWHERD_ASSIGN(approval.verb, string_at(value, "verb"));
  COWHERD_ASSIGN(approval.object, string_at(value, "object"));
  COWHERD_ASSIGN(approval.uid, string_at(value, "uid"));
  COWHERD_ASSIGN(approval.hash8, string_at(value, "specHash8"));
  if (!is_well_formed(approval)) return fail(ErrorKind::Corrupt, "not an approval");
  return approval;
}

struct Found {
  std::string file{};
  Approval approval{};
};

Result<std::vector<Found>> find_all(FileSystem& files, const Layout& layout) {
  std::vector<Found> all;
  const Result<std::vector<FileEntry>> entries = files.list(layout.approvals());
  if (!entries && entries.error().kind == ErrorKind::NotFound) return all;
  if (!entries) return fail(entries.error());
  for (const FileEntry& entry : *entries) {
    if (entry.type != FileType::Regular || is_staging_name(entry.name)) continue;
    const Result<std::string> text = files.read(layout.approvals() + "/" + entry.name, kLimit);
    if (!text && text.error().kind == ErrorKind::NotFound) continue;
    if (!text && text.error().kind != ErrorKind::Invalid) return fail(text.error());
    const Result<Approval> approval = text ? parse(*text) : Result<Approval>(fail(text.error()));
    if (approval && file_name(*approval) == entry.name) all.push_back({entry.name, *approval});
  }
  return all;
}

template <class Matches>
Status consume(FileSystem& files, const Layout& layout, Matches matches) {
  COWHERD_ASSIGN(const std::vector<Found> all, find_all(files, layout));
  for (const Found& found : all) {
    if (!matches(found.approval)) continue;
    const Status removed = files.remove(layout.approvals() + "/" + found.file);
    if (!removed && removed.error().kind != ErrorKind::NotFound) return fail(removed.error());
  }
  // Also when there was nothing: an earlier call may have been interrupted between the removal and its sync.
  const Status synced = files.sync(layout.approvals());
  return !synced && synced.error().kind == ErrorKind::NotFound ? Status{} : synced;
}

}  // namespace

ObjectName unreadable_sandbox(const Uid& uid) { return {Kind::Sandbox, *ResourceName::make(uid.short12())}; }

Approval named_approval(const ObjectName& object) { return {std::string(kDelete), to_string(object), "", ""}; }

Approval undelete_approval(const std::string& trash_entry) {
  return {std::string(kUndelete), std::string(kTrashPrefix) + trash_entry, "", ""};
}

bool is_approved_by_name(const std::vector<Approval>& approvals, const ObjectName& object) {
  return std::find(approvals.begin(), approvals.end(), named_approval(object)) != approvals.end();
}

bool is_to_come_back(const std::vector<Approval>& approvals, const std::string& trash_entry) {
  return std::find(approvals.begin(), approvals.end(), undelete_approval(trash_entry)) != approvals.end();
}

Status approve(FileSystem& files, const Layout& layout, const Approval& approval) {
  if (!is_well_formed(approval)) {
    return fail(ErrorKind::Invalid, "approve '" + approval.verb + "' of '" + approval.object + "': not an approval",
                "plan prints the exact text");
  }
  Value value = Value::map();
  value.set("verb", approval.verb);
  value.set("object", approval.object);
  value.set("uid", approval.uid);
  value.set("specHash8", approval.hash8);
  COWHERD_TRY(files.make_directory(layout.approvals()));
  COWHERD_TRY(files.sync(layout.root()));
  return publish_file(files, layout.approvals(), file_name(approval), print_json(value, JsonStyle::Pretty));
}

Result<std::vector<Approval>> list_approvals(FileSystem& files, const Layout& layout) {
  COWHERD_ASSIGN(const std::vector<Found> all, find_all(files, layout));
  std::vector<Approval> approvals;
  for (const Found& found : all) approvals.push_back(found.approval);
  return approvals;
}

Status consume_approvals(FileSystem& files, const Layout& layout, const Uid& uid) {
  return consume(files, layout, [&](const Approval& approval) { return approval.uid == uid.str(); });
}

Status consume_approvals_of(FileSystem& files, const Layout& layout, const std::string& object) {
  return consume(files, layout,
                 [&](const Approval& approval) { return approval.uid.empty() && approval.object == object; });
}

}  // namespace cowherd
