// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/object_tables.h"

#include "reconciler/commands/print_table.h"
#include "reconciler/desired/suspended.h"

namespace cowherd {

namespace {

struct Columns {
  TextRow headers{};
  TextRow wide_headers{};
};

Columns columns_of(Kind kind) {
  switch (kind) {
    case Kind::Template: return {{"NAME", "READY", "REVISION", "SANDBOXES", "STATUS"}, {"IMAGE", "ORIGIN"}};
    case Kind::Sandbox:
      return {{"NAME", "READY", "POWER", "TEMPLATE", "CPU", "MEM", "COW%", "AGE", "STATUS"},
              {"UID", "PID", "DRIVER", "ACCEL", "ORIGIN"}};
    case Kind::Snapshot:
      return {{"NAME", "READY", "SANDBOX", "MODE", "POWER", "SIZE", "AGE", "STATUS"}, {"UID", "DRIVER", "ORIGIN"}};
    case Kind::RetentionPolicy: break;
  }
  return {{"NAME", "READY", "MODE", "KEPT", "REMOVED", "SIZE", "STATUS"}, {"TO REMOVE", "ORIGIN"}};
}

std::string fact(const ObjectStatus& status, std::string_view key) {
  for (const auto& [name, text] : status.facts) {
    if (name == key) return text;
  }
  return "";
}

std::string ready(const ObjectStatus& status) {
  const Condition* condition = condition_of(status, "Ready");
  return condition == nullptr ? "Unknown" : condition->status;
}

// How it is, and that nothing is done about it.
std::string reason(const ObjectStatus& status) {
  const Condition* condition = condition_of(status, "Ready");
  const Condition* suspended = condition_of(status, kSuspended);
  const bool is_suspended = suspended != nullptr && suspended->status == "True";
  return (condition == nullptr ? "" : condition->reason) + (is_suspended ? "," + std::string(kSuspended) : "");
}

const SandboxIdentity* identity_of(const Picture& picture, const ObjectStatus& status) {
  const auto uid = Uid::make(status.uid);
  if (!uid) return nullptr;
  const auto found = picture.seen.store.sandboxes.find(*uid);
  return found != picture.seen.store.sandboxes.end() && found->second.known() ? &*found->second : nullptr;
}

// Of what the store may take: for dm-snapshot its size, for an overlay the limit or the whole disk.
std::string share_used(const Picture& picture, const SandboxIdentity& identity) {
  const auto found = picture.seen.disks.find(identity.uid);
  if (found == picture.seen.disks.end()) return "";
  if (found->second.unknown()) return "?";
  if (!found->second.known() || !found->second->store_present) return "";
  const DiskState& disk = *found->second;
  const Bytes used = disk.usage ? to_bytes(disk.usage->used) : disk.store_allocated;
  const Bytes most = disk.usage ? to_bytes(disk.usage->total) : identity.spec.cow_limit.value_or(identity.disk_size);
  if (most.value == 0) return "";
  const double percent = 100.0 * static_cast<double>(used.value) / static_cast<double>(most.value);
  return std::to_string(static_cast<int>(percent + 0.5));
}

std::size_t users_of(const Picture& picture, const std::string& template_name) {
  std::size_t users = 0;
  for (const auto& [uid, identity] : picture.seen.store.sandboxes) {
    if (identity.known() && identity->template_name == template_name) ++users;
  }
  return users;
}

TextRow sandbox_row(const Picture& picture, const ObjectStatus& status, TableWidth width) {
  const SandboxIdentity* identity = identity_of(picture, status);
  const auto* spec = status.spec ? std::get_if<SandboxSpec>(&status.spec->what) : nullptr;
  const std::string origin_template = spec != nullptr ? spec->template_ref.str() : "";
  TextRow row{status.name.name.str(),
              ready(status),
              fact(status, "power"),
              identity != nullptr ? identity->template_name : origin_template,
              spec != nullptr ? std::to_string(spec->vcpus) : "",
              spec != nullptr ? print_quantity(spec->memory) : "",
              identity != nullptr ? share_used(picture, *identity) : "",
              identity != nullptr ? print_age(picture.now - identity->created) : "",
              reason(status)};
  if (width == TableWidth::Wide) {
    for (const std::string& cell : {status.uid, fact(status, "vmPid"), fact(status, "diskDriver"),
                                    fact(status, "accelerator"), status.origin}) {
      row.push_back(cell);
    }
  }
  return row;
}

TextRow snapshot_row(const Picture& picture, const ObjectStatus& status, TableWidth width) {
  const auto found = picture.seen.store.snapshots.find(status.name.name.str());
  const SnapshotIdentity* captured =
      found != picture.seen.store.snapshots.end() && found->second.known() ? &*found->second : nullptr;
  const auto* spec = status.spec ? std::get_if<SnapshotSpec>(&status.spec->what) : nullptr;
  TextRow row{status.name.name.str(),
              ready(status),
              spec != nullptr ? spec->sandbox_ref.str() : "",
              spec == nullptr ? "" : spec->mode == SnapshotMode::Full ? "Full" : "Disk",
              fact(status, "power"),
              fact(status, "size"),
              captured != nullptr ? print_age(picture.now - captured->captured) : "",
              reason(status)};
  if (width == TableWidth::Wide) row.insert(row.end(), {status.uid, fact(status, "diskDriver"), status.origin});
  return row;
}

TextRow row_of(const Picture& picture, const ObjectStatus& status, TableWidth width) {
  const bool wide = width == TableWidth::Wide;
  TextRow row{status.name.name.str(), ready(status)};
  switch (status.name.kind) {
    case Kind::Sandbox: return sandbox_row(picture, status, width);
    case Kind::Template:
      row.push_back(fact(status, "revision"));
      row.push_back(std::to_string(users_of(picture, status.name.name.str())));
      row.push_back(reason(status));
      if (wide) row.push_back(fact(status, "imageSize"));
      break;
    case Kind::Snapshot: return snapshot_row(picture, status, width);
    case Kind::RetentionPolicy:
      for (const char* key : {"mode", "kept", "removed", "bytes"}) row.push_back(fact(status, key));
      row.push_back(reason(status));
      if (wide) row.push_back(fact(status, "bytesToRemove"));
      break;
  }
  if (wide) row.push_back(status.origin);
  return row;
}

}  // namespace

std::string print_statuses(const Picture& picture, const std::vector<ObjectStatus>& statuses, TableWidth width) {
  if (statuses.empty()) return "";
  Columns columns = columns_of(statuses.front().name.kind);
  if (width == TableWidth::Wide) {
    columns.headers.insert(columns.headers.end(), columns.wide_headers.begin(), columns.wide_headers.end());
  }
  std::vector<TextRow> rows;
  for (const ObjectStatus& status : statuses) rows.push_back(row_of(picture, status, width));
  return print_table(columns.headers, rows);
}

}  // namespace cowherd
