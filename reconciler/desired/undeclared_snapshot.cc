// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/undeclared_snapshot.h"

#include "reconciler/desired/safeguards.h"

namespace cowherd {

namespace {

std::string origin_by(const std::string& by) { return by + " of Sandbox/"; }

}  // namespace

ResourceName derived_name(const ResourceName& sandbox, const std::string& suffix) {
  constexpr std::size_t kMostOfSandbox = 40;
  return ResourceName::make(sandbox.str().substr(0, kMostOfSandbox) + "-" + suffix).value();
}

SnapshotIdentity undeclared_snapshot(const SandboxIdentity& sandbox, Taking taking) {
  SnapshotIdentity snapshot;
  snapshot.name = std::move(taking.name);
  snapshot.uid = std::move(taking.uid);
  snapshot.origin = origin_by(taking.by) + sandbox.name.str();
  snapshot.labels = sandbox.labels;
  snapshot.spec.sandbox_ref = sandbox.name;
  snapshot.spec.mode = taking.mode;
  snapshot.spec_hash = spec_hash(Spec{snapshot.spec});
  snapshot.sandbox = sandbox.name;
  snapshot.sandbox_uid = sandbox.uid;
  snapshot.template_name = sandbox.template_name;
  snapshot.revision = sandbox.revision;
  snapshot.driver = sandbox.driver;
  snapshot.disk_size = sandbox.disk_size;
  snapshot.retained = true;
  return snapshot;
}

std::string reason_to_retain(const SnapshotIdentity& snapshot) {
  for (const char* by : {kBySchedule, kByDeletion, kByUpdate}) {
    if (snapshot.origin.starts_with(origin_by(by))) return "taken by the " + snapshot.origin;
  }
  return snapshot.prune_disabled ? kept_from_pruning(snapshot.origin) : "retained by its deletionPolicy";
}

}  // namespace cowherd
