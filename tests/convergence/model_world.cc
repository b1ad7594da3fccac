// SPDX-License-Identifier: Apache-2.0
#include "tests/convergence/model_world.h"

#include <set>

#include "resources/files/publish.h"

namespace cowherd::testing {

namespace {

constexpr Span kResync = std::chrono::seconds{30};
constexpr Span kPruneDelay = std::chrono::seconds{10};
constexpr int kMostPasses = 80;

std::map<std::string, SandboxIdentity> identities_in(const FakeFileSystem& files, const Layout& layout) {
  std::map<std::string, SandboxIdentity> identities;
  for (const auto& [path, text] : files.peek_tree(layout.sandboxes())) {
    if (name_of(path) != kSandboxFile) continue;
    const auto identity = parse_sandbox_identity(text);
    if (identity) identities.emplace(identity->name.str(), *identity);
  }
  return identities;
}

std::string yes_no(const std::string& what, const bool& is) { return (is ? " " : " no-") + what; }

}  // namespace

ModelWorld::Life::Life(ModelWorld& world)
    : store({world.files, world.bulk, world.images, world.parts}, world.clock, world.layout),
      disks(world.device_mapper, world.loops, world.files, world.parts, world.images, "0123abcd", world.driver_),
      executor({store, world.files, world.bulk, world.memory_files, disks, world.machines, world.clock}, *world.remembers_, workers, LaneLimits{}, [] {}),
      reporter(*world.remembers_, world.clock, world.index_),
      reconciler({world.source, Eyes{store, world.files, world.bulk, disks, world.machines, world.clock, 8_GiB},
                  *world.remembers_, [&world] { return a_uid("minted " + std::to_string(world.minted_++)); }, world.limits,
                  kPruneDelay},
                 executor, reporter) {}

ModelWorld::ModelWorld(DiskDriverKind driver) : driver_(driver) {
  files.put("/srv/base.ext4", std::string(8192, 'b'));
  files.put("/srv/vmlinuz", "kernel");
  files.put_directory("/state");
  machines.set_disk([this](const std::string& node, const std::string& text) { return take_write(node, text); });
}

bool ModelWorld::take_write(const std::string& node, const std::string& text) {
  if (driver_ == DiskDriverKind::DmSnapshot) return device_mapper.write(node, text);
  Result<FakeContent> overlay = files.content_of(node);
  if (!overlay || files.capacity() < files.used() + Bytes{text.size()}) return false;
  overlay->bytes += text;
  return files.set_content(node, *overlay).has_value();
}

void ModelWorld::start_daemon() {
  source.restart();
  life_ = std::make_unique<Life>(*this);
  const Status prepared = life_->store.prepare();
  if (!prepared) throw std::runtime_error("prepare: " + to_string(prepared.error()));
}

void ModelWorld::kill_daemon() { life_.reset(); }

void ModelWorld::lose_power() {
  life_.reset();
  machines.lose_power();
  device_mapper.lose_power();
  loops.lose_power();
  files.lose_power();
}

void ModelWorld::pass() {
  life_->reconciler.tick();
  while (!life_->executor.is_idle() || !life_->executor.in_flight().empty()) (void)life_->reconciler.advance();
}

bool ModelWorld::settle() {
  for (int passes = 0; passes < kMostPasses; ++passes) {
    pass();
    if (life_->reconciler.standing() != Standing::Working) return true;
    if (life_->reconciler.picture().plan.steps.empty()) clock.set(life_->reconciler.next_wake(kResync));
    clock.advance(Span{10});
  }
  return false;
}

std::optional<SandboxIdentity> ModelWorld::identity(const std::string& name) {
  const auto identities = identities_in(files, layout);
  const auto found = identities.find(name);
  return found == identities.end() ? std::nullopt : std::optional(found->second);
}

std::string ModelWorld::store_path(const std::string& name) {
  const auto found = identity(name);
  if (!found) return "";
  const char* file = found->driver == DiskDriverKind::DmSnapshot ? "/rootfs.cow" : "/rootfs.qcow2";
  return layout.sandbox_dir(found->uid) + file;
}

bool ModelWorld::vm_runs(const std::string& name) {
  const auto found = identity(name);
  return found && machines.alive(found->uid);
}

bool ModelWorld::is_kept(const std::string& name) {
  const auto found = identity(name);
  if (!found) return false;
  const std::string directory = layout.memory_dir(found->uid);
  return files.exists(directory + "/" + kPauseFile) && !files.exists(directory + "/" + kConsumedMark);
}

std::string ModelWorld::describe() {
  std::string text;
  for (const auto& [name, identity] : identities_in(files, layout)) {
    text += "sandbox " + name + " spec=" + identity.spec_hash.short8() + " revision=" + identity.revision.short8() +
            " size=" + std::to_string(identity.disk_size.value);
    text += yes_no("retained", identity.retained) + yes_no("discarded", identity.disk_discarded);
    text += yes_no("store", files.exists(store_path(name))) + yes_no("vm", vm_runs(name)) + yes_no("memory", is_kept(name)) + "\n";
  }
  for (const auto& [path, content] : files.peek_tree(layout.snapshots())) {
    if (name_of(path) != kSnapshotFile) continue;
    const Result<SnapshotIdentity> snapshot = parse_snapshot_identity(content);
    if (!snapshot) continue;
    text += "snapshot " + snapshot->name.str() + " of " + snapshot->sandbox.str() + " " + snapshot->power +
            yes_no("memory", snapshot->memory.has_value()) + yes_no("retained", snapshot->retained) + "\n";
  }
  for (const std::string& device : device_mapper.names()) text += "device of " + device.substr(0, 8) + "\n";
  text += "loops " + std::to_string(loops.count()) + "\n";
  for (const auto& [path, content] : files.peek_tree(layout.templates())) {
    if (path.ends_with("/")) continue;
    text += "template file " + path.substr(layout.templates().size()).substr(0, 40) + " " + name_of(path) + "\n";
  }
  std::multiset<std::string> trashed;
  for (const auto& [path, content] : files.peek_tree(layout.trash())) {
    // A discarded disk's entry is published before the disk moves in: one that holds none counts for nothing.
    if (path.ends_with("/") || parent_of(parent_of(path)) != layout.trash()) continue;
    const std::string entry = name_of(parent_of(path));
    const std::string kind = entry.substr(0, entry.find('-'));
    const bool tells = kind == "disk" ? name_of(path) != kSandboxFile : name_of(path) == kind + ".json";
    if (tells) trashed.insert(kind);
  }
  for (const std::string& kind : trashed) text += "trash " + kind + "\n";
  for (const auto& [path, content] : files.peek_tree(layout.approvals())) {
    if (!path.ends_with("/")) text += "approval\n";
  }
  return text;
}

std::vector<std::string> ModelWorld::broken_laws() {
  std::vector<std::string> broken;
  const auto identities = identities_in(files, layout);
  std::set<Uid> known;
  for (const auto& [name, identity] : identities) {
    known.insert(identity.uid);
    if (machines.alive(identity.uid) && !files.exists(store_path(name))) {
      broken.push_back("the VM of " + name + " runs without its store");
    }
    if (machines.alive(identity.uid) && machines.is_quiesced(identity.uid)) {
      broken.push_back("the guest of " + name + " holds its file systems");
    }
    if (machines.alive(identity.uid) && !machines.is_frozen(identity.uid) && is_kept(name)) {
      broken.push_back("the guest of " + name + " runs on although its memory is kept");
    }
  }
  for (const Uid& uid : machines.all_alive()) {
    if (!known.contains(uid)) broken.push_back("a VM runs without a sandbox directory");
  }
  for (const auto& [path, content] : files.peek_tree(layout.snapshots())) {
    if (name_of(path) != kSnapshotFile) continue;
    const std::string name = name_of(parent_of(path));
    const auto problems = life_->store.verify_snapshot(name, {});
    if (!problems) broken.push_back("snapshot " + name + " cannot be verified: " + to_string(problems.error()));
    for (const std::string& problem : problems.value_or(std::vector<std::string>{})) {
      broken.push_back("snapshot " + name + ": " + problem);
    }
  }
  if (machines.ran_twice()) broken.push_back("a kept guest ran on twice from the same memory");
  for (const auto& [path, content] : files.peek_tree("/state")) {
    const std::string plain = path.ends_with("/") ? path.substr(0, path.size() - 1) : path;
    // What stands inside a trash entry goes with it.
    const bool is_trashed = plain.starts_with(layout.trash() + "/") && parent_of(plain) != layout.trash();
    if (is_staging_name(name_of(plain)) && !is_trashed) broken.push_back("interrupted work is left at " + path);
  }
  return broken;
}

}  // namespace cowherd::testing
