// SPDX-License-Identifier: Apache-2.0
#include "tests/builders/snapshots_text.h"

#include <stdexcept>

#include "tests/builders/worlds.h"

namespace cowherd::testing {

namespace {

const Layout kLayout{"/state"};

std::string text_of(const Value& state, std::string_view key) {
  const Value* value = state.find(key);
  return value == nullptr ? "" : *value->as_string();
}

bool is_unreadable(const Value& state) {
  const Value* value = state.find("unreadable");
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

FileStamp stamp_of_disk(const std::string& name) {
  FileStamp stamp;
  stamp.id = {1, 5000 + name.size()};
  stamp.size = 1_MiB;
  stamp.mtime_ns = 1;
  return stamp;
}

const Digest& revision_under(const GoldenWorld& world, const std::string& template_name) {
  return world.seen.store.templates.at(template_name).begin()->first;
}

void add_disk(GoldenWorld& world, const std::string& name, const char* file) {
  world.seen.store.snapshot_disks.emplace(name, SourceFile{kLayout.snapshot_dir(name) + "/" + file, stamp_of_disk(name)});
}

// As it was applied; false when no document says, and it is one that is retained.
bool declares(const std::vector<Document>& applied, const std::string& name, SnapshotIdentity& identity) {
  for (const Document& document : applied) {
    const auto* spec = std::get_if<SnapshotSpec>(&document.object.spec.what);
    if (spec == nullptr || document.object.metadata.name.str() != name) continue;
    identity.spec = *spec;
    identity.spec_hash = spec_hash(document.object.spec);
    identity.origin = document.spot.file;
    identity.labels = document.object.metadata.labels;
    identity.is_protected = is_protected(document.object.metadata);
    identity.prune_disabled = is_prune_disabled(document.object.metadata);
    return true;
  }
  return false;
}

SavedMemory a_memory() {
  SavedMemory saved;
  saved.build = "22222222-3333-4444-5555-666666666666";
  saved.memory = 128_MiB;
  return saved;
}

void add_own(GoldenWorld& world, const std::vector<Document>& applied, const std::string& name, const Value& state) {
  if (is_unreadable(state)) {
    const Error error = make_error(ErrorKind::Corrupt, "snapshot.json of '" + name + "' is damaged");
    world.seen.store.unreadable.push_back(error);
    world.seen.store.snapshots.emplace(name, error);
    return;
  }
  SnapshotIdentity identity;
  identity.name = a_name(name);
  identity.uid = a_uid("snapshot " + name);
  identity.sandbox = a_name("web");
  identity.sandbox_uid = a_uid("web");
  identity.template_name = text_of(state, "on");
  identity.revision = revision_under(world, identity.template_name);
  identity.driver = DiskDriverKind::DmSnapshot;
  identity.disk_size = 1_GiB;
  identity.captured = world.now - std::chrono::minutes{20};
  identity.power = "Running";
  identity.retained = !declares(applied, name, identity);
  if (const Value* labels = state.find("labels"); labels != nullptr) {
    for (const auto& [key, label] : *labels->as_map()) identity.labels[key] = *label.as_string();
  }
  if (const Value* holds = state.find("holds"); holds != nullptr) {
    for (const Value& hold : *holds->as_list()) identity.spec.holds.push_back(*hold.as_string());
  }
  if (const std::string at = text_of(state, "captured"); !at.empty()) identity.captured = *parse_moment(at);
  if (const std::string standing = text_of(state, "standing"); !standing.empty()) identity.standing = standing;
  if (const Value* full = state.find("full"); full != nullptr && *full->as_bool()) identity.memory = a_memory();
  identity.parts = {{kCowFile, 1_MiB, a_digest("store of " + name)}, {kMetaFile, 1_KiB, a_digest("meta of " + name)}};
  world.seen.store.snapshots.emplace(name, identity);
  add_disk(world, name, kCowFile);
}

SeedSnapshot seed_of(const GoldenWorld& world, const std::string& name, const std::string& disk, const Value& state) {
  SeedSnapshot seed;
  if (is_unreadable(state)) {
    seed.unreadable = make_error(ErrorKind::Failed, "list '/state/snapshots/" + name + "': I/O error");
    return seed;
  }
  if (disk == "Flat") seed.disk = SeedSnapshot::Disk::Flat;
  if (disk == "Store") seed.disk = SeedSnapshot::Disk::Store;
  if (disk != "None") seed.stamp = stamp_of_disk(name);
  if (const std::string base = text_of(state, "on"); !base.empty()) {
    seed.base_image = kLayout.revision_dir(base, revision_under(world, base)) + "/" + kRootfsFile;
  }
  if (const Value* missing = state.find("missing"); missing != nullptr) {
    for (const Value& item : *missing->as_list()) seed.missing.push_back(*item.as_string());
  }
  return seed;
}

}  // namespace

void add_snapshots(GoldenWorld& world, const std::vector<Document>& applied, const Value& observed) {
  if (const Value* names = observed.find("capturedBefore"); names != nullptr) {
    for (const Value& name : *names->as_list()) {
      for (const Document& document : applied) {
        const auto* spec = std::get_if<SnapshotSpec>(&document.object.spec.what);
        if (spec == nullptr || document.object.metadata.name.str() != *name.as_string()) continue;
        world.memory.captures["Snapshot/" + *name.as_string()] = {capture_hash(*spec).str(),
                                                                 world.now - std::chrono::hours{1}};
      }
    }
  }
  if (const Value* trashed = observed.find("trashedSnapshots"); trashed != nullptr) {
    for (const auto& [name, since] : *trashed->as_map()) {
      world.seen.store.trash.push_back({"snapshot-" + name, "Snapshot/" + name, {}, *parse_moment(*since.as_string())});
    }
  }
  const Value* directories = observed.find("snapshotDirectories");
  if (directories == nullptr) return;
  for (const auto& [name, state] : *directories->as_map()) {
    const std::string disk = text_of(state, "disk");
    if (disk == "Own") {
      add_own(world, applied, name, state);
    } else if (disk == "Flat" || disk == "Store" || disk == "None") {
      world.seen.store.seeds.emplace(name, seed_of(world, name, disk, state));
      if (disk != "None") add_disk(world, name, disk == "Flat" ? kRootfsFile : kCowFile);
    } else {
      throw std::runtime_error("disk of '" + name + "' is none of Own, Flat, Store, None");
    }
  }
}

void change_snapshots(GoldenWorld& world, const Value& observed) {
  const Value* directories = observed.find("snapshotDirectories");
  if (directories == nullptr) return;
  for (const auto& [name, state] : *directories->as_map()) {
    const std::string since = text_of(state, "since");
    if (since.empty()) continue;
    world.seen.store.snapshots.erase(name);
    world.seen.store.seeds.erase(name);
    world.seen.store.snapshot_disks.erase(name);
    if (since == "unreadable") {
      const Value unreadable = Value(Value::Map{{"unreadable", true}});
      if (text_of(state, "disk") == "Own") add_own(world, {}, name, unreadable);
      if (text_of(state, "disk") != "Own") world.seen.store.seeds.emplace(name, seed_of(world, name, "None", unreadable));
    } else if (since != "gone") {
      throw std::runtime_error("since of '" + name + "' is neither gone nor unreadable");
    }
  }
}

}  // namespace cowherd::testing
