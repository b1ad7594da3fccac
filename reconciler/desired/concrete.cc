// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/concrete.h"

#include "resources/files/bulk.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

GuestNetwork network_of(NetworkMode mode) {
  switch (mode) {
    case NetworkMode::None: return GuestNetwork::None;
    case NetworkMode::User: return GuestNetwork::User;
  }
  return GuestNetwork::None;
}

}  // namespace

DiskPlan disk_plan_of(const SandboxIdentity& identity, const Layout& layout) {
  DiskPlan plan;
  plan.uid = identity.uid;
  plan.driver = identity.driver;
  plan.directory = layout.sandbox_dir(identity.uid);
  plan.base_image = layout.revision_dir(identity.template_name, identity.revision) + "/" + kRootfsFile;
  plan.size = identity.disk_size;
  plan.cow_limit = identity.spec.cow_limit;
  return plan;
}

std::string config_digest_of(const SandboxIdentity& identity) {
  Value config = Value::map();
  config.set("vcpus", identity.spec.vcpus);
  config.set("memory", static_cast<std::int64_t>(identity.spec.memory.value));
  config.set("network", identity.spec.network == NetworkMode::User ? "User" : "None");
  config.set("revision", identity.revision.str());
  config.set("disk", static_cast<std::int64_t>(identity.disk_size.value));
  return sha256(print_canonical_json(config)).short12();
}

MachineSpec machine_spec_of(const SandboxIdentity& identity, const RevisionIdentity& revision, const DiskState& disk,
                            const Layout& layout) {
  const std::string directory = layout.revision_dir(identity.template_name, identity.revision);
  MachineSpec spec;
  spec.uid = identity.uid;
  spec.name = identity.name.str();
  spec.vcpus = identity.spec.vcpus;
  spec.memory = identity.spec.memory;
  spec.disk_node = disk.node;
  spec.disk_format = disk.format;
  spec.kernel = directory + "/" + kKernelFile;
  if (revision.has_initrd) spec.initrd = directory + "/" + kInitrdFile;
  spec.boot_args = revision.boot_args;
  spec.network = network_of(identity.spec.network);
  spec.serial_log = layout.sandbox_dir(identity.uid) + "/" + kSerialLog;
  spec.config_digest = config_digest_of(identity);
  return spec;
}

MachineSpec saved_machine_spec(MachineSpec spec, const SavedMemory& saved, const Layout& layout) {
  const std::string directory = layout.memory_dir(spec.uid);
  spec.vcpus = saved.vcpus;
  spec.memory = saved.memory;
  spec.network = network_of(saved.network);
  spec.config_digest = saved.config_digest;
  spec.saved = SavedGuest{saved.build, directory + "/" + kStateFile, directory + "/" + kFlatFile};
  return spec;
}

}  // namespace cowherd
