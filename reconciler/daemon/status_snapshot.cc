// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/status.h"

#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

std::string contents_of(const SnapshotIdentity& snapshot) {
  if (snapshot.memory) return "disk and memory";
  return snapshot.spec.mode == SnapshotMode::Full ? "disk, no memory: its guest did not run" : "disk";
}

Bytes size_of(const Picture& picture, const SnapshotIdentity& snapshot) {
  Bytes total;
  for (const SnapshotPart& part : snapshot.parts) total = total + allocated_by(picture.seen.store, snapshot, part);
  return round_up(total, 1_KiB);
}

Condition ready_of(const WantedSnapshot& wanted) {
  if (wanted.has_expired) {
    return {"Ready", "True", "Expired", "it was captured, and its expireAfter is over", std::nullopt};
  }
  if (wanted.fate == Fate::Remove) return {"Ready", "False", "Deleting", wanted.reason, std::nullopt};
  if (!wanted.present) return {"Ready", "False", "Pending", "it is not captured yet", std::nullopt};
  const std::string at = "at " + print_moment(wanted.present->captured) + ": " + contents_of(*wanted.present);
  if (wanted.identity.retained && !wanted.is_declared) {
    return {"Ready", "True", "Retained", wanted.reason + "; captured " + at, std::nullopt};
  }
  return {"Ready", "True", "Captured", at, std::nullopt};
}

void add_capture(const Picture& picture, const SnapshotIdentity& snapshot, ObjectStatus& status) {
  status.facts.emplace_back("sandbox", snapshot.sandbox.str());
  status.facts.emplace_back("capturedAt", print_moment(snapshot.captured));
  status.facts.emplace_back("power", snapshot.power);
  status.facts.emplace_back("contents", contents_of(snapshot));
  status.facts.emplace_back("size", print_quantity(size_of(picture, snapshot)));
  status.facts.emplace_back("diskDriver", std::string(to_string(snapshot.driver)));
  status.facts.emplace_back("diskSize", print_quantity(snapshot.disk_size));
  status.facts.emplace_back("template", snapshot.template_name);
  status.facts.emplace_back("revision", snapshot.revision.short12());
  if (snapshot.spec.expire_after) {
    status.facts.emplace_back("expiresAt", print_moment(snapshot.captured + *snapshot.spec.expire_after));
  }
  const auto retention = picture.plan.retention.told.find(snapshot.name.str());
  if (retention != picture.plan.retention.told.end()) status.facts.emplace_back("retention", retention->second);
  for (const SnapshotPart& part : snapshot.parts) {
    status.resources.emplace_back("Part", part.name + " (" + print_quantity(part.size) + ")");
  }
}

}  // namespace

ObjectStatus status_of_snapshot(const Picture& picture, const ResourceName& name, const WantedSnapshot& wanted) {
  const SnapshotIdentity& identity = wanted.present ? *wanted.present : wanted.identity;
  ObjectStatus status;
  status.name = {Kind::Snapshot, name};
  status.metadata.name = name;
  status.metadata.labels = identity.labels;
  status.spec = Spec{identity.spec};
  status.origin = identity.origin;
  status.spec_hash = identity.spec_hash;
  status.uid = wanted.present ? identity.uid.str() : "";
  const auto declared = picture.declared.objects.find(status.name);
  if (declared != picture.declared.objects.end()) {
    status.declared = true;
    status.metadata = declared->second.object.metadata;
    status.spec = declared->second.object.spec;
    status.origin = to_string(declared->second.spot);
    status.spec_hash = spec_hash(declared->second.object.spec);
    status.generation = generation_of(picture.memory, to_string(status.name), status.spec_hash).number;
    if (wanted.present && wanted.present->spec_hash == status.spec_hash) status.observed_generation = status.generation;
  }
  status.pending = wanted.held_edits;
  if (wanted.present) add_capture(picture, *wanted.present, status);
  add_conditions(picture, verdict_of(picture, to_string(status.name), ready_of(wanted)), status);
  if (wanted.present) {
    add_condition(picture, status, {"Captured", "True", "Captured", contents_of(*wanted.present), std::nullopt});
  }
  if (wanted.present && wanted.present->is_protected) add_condition(picture, status, protected_condition());
  if (!wanted.held_edits.empty()) {
    add_condition(picture, status,
                  {"ApprovalRequired", "True", wanted.approval.empty() ? "Waiting" : "EditHeld",
                   wanted.approval.empty() ? "approved" : "approve with " + wanted.approval, std::nullopt});
  }
  return status;
}

ObjectStatus status_of_seed(const Picture& picture, const ResourceName& name, const SeedSnapshot& seed) {
  ObjectStatus status;
  status.name = {Kind::Snapshot, name};
  status.metadata.name = name;
  const std::string missing = joined(seed.missing);
  status.facts.emplace_back("contents", std::string(seed.disk == SeedSnapshot::Disk::None ? "no disk" : "disk") +
                                            (seed.has_memory ? " and memory" : "") + ", made by other software");
  if (seed.unreadable) {
    add_condition(picture, status, {"Ready", "Unknown", "SnapshotUnknown", to_string(*seed.unreadable), std::nullopt});
    return status;
  }
  if (!seed.base_image.empty()) status.facts.emplace_back("baseImage", seed.base_image);
  add_condition(picture, status,
                missing.empty() ? Condition{"Ready", "True", "Found", "made by other software; its disk can be the source of "
                                                                      "a Template", std::nullopt}
                                : Condition{"Ready", "False", "Incomplete", missing, std::nullopt});
  add_suspended(picture, status);
  return status;
}

}  // namespace cowherd
