// SPDX-License-Identifier: Apache-2.0
#include "tests/builders/observed_text.h"

#include <stdexcept>

#include "reconciler/desired/concrete.h"
#include "tests/builders/snapshots_text.h"
#include "tests/builders/worlds.h"

namespace cowherd::testing {

namespace {

const Layout kLayout{"/state"};

std::string text_at(const Value& map, std::string_view key, const std::string& otherwise) {
  const Value* value = map.find(key);
  if (value == nullptr) return otherwise;
  if (value->as_string() == nullptr) throw std::runtime_error(std::string(key) + " is no string");
  return *value->as_string();
}

bool truth_at(const Value& map, std::string_view key, const std::string& otherwise) {
  const Value* value = map.find(key);
  if (value != nullptr && value->as_bool() != nullptr) return *value->as_bool();
  const std::string text = text_at(map, key, otherwise);
  if (text != "true" && text != "false") throw std::runtime_error(std::string(key) + " is neither true nor false");
  return text == "true";
}

bool lists(const Value& map, std::string_view key, const std::string& wanted) {
  const Value* value = map.find(key);
  if (value == nullptr) return false;
  for (const Value& item : *value->as_list()) {
    if (*item.as_string() == wanted) return true;
  }
  return false;
}

FileStamp stamp_of_path(const std::string& path) {
  FileStamp stamp;
  stamp.id = {1, 1000 + path.size()};
  stamp.size = 1_MiB;
  stamp.mtime_ns = 1;
  return stamp;
}

Declaration declaration_of(const std::vector<Document>& documents, const Value& observed, Moment now) {
  Declaration declaration;
  for (const Document& document : documents) {
    declaration.objects.emplace(document.object.name(), Declared{document.object, document.spot});
  }
  declaration.complete = truth_at(observed, "complete", "true");
  declaration.problem = declaration.complete ? "" : "the directory cannot be read";
  declaration.empty_hold = truth_at(observed, "emptyHold", "false");
  declaration.looked_at = now;
  declaration.never_declared = {now - std::chrono::minutes{1}, 5};
  return declaration;
}

RevisionIdentity revision_of(const std::string& name, const TemplateSpec& spec, const StoreContents& store,
                             const HostFiles& files, Moment now) {
  Declaration alone;
  Declared declared;
  declared.object.metadata.name = a_name(name);
  declared.object.spec = Spec{spec};
  const std::vector<Approval> none;
  const Fact<Disks::Choice> choice{Disks::Choice{}};
  const Fact<Captures> nothing_captured{Captures{}};
  const Fact<std::vector<Suspension>> nothing_suspended{};
  const WantedTemplate wanted =
      expand_template({alone, store, files, none, choice, nothing_captured, nothing_suspended, now, Span{}}, declared);
  RevisionIdentity revision;
  revision.id = a_digest("revision of " + name + " " + wanted.inputs.str());
  revision.template_name = a_name(name);
  revision.inputs = wanted.inputs;
  revision.sources = wanted.sources;
  revision.image_size = 1_GiB;
  revision.boot_args = spec.boot_args;
  revision.created = now - std::chrono::hours{1};
  return revision;
}

enum class MadeOf { Image, Snapshot };

void add_revisions(GoldenWorld& world, const std::vector<Document>& applied, const HostFiles& files, MadeOf source) {
  for (const Document& document : applied) {
    const auto* spec = std::get_if<TemplateSpec>(&document.object.spec.what);
    if (spec == nullptr || spec->snapshot_ref.str().empty() != (source == MadeOf::Image)) continue;
    const std::string name = document.object.metadata.name.str();
    RevisionIdentity revision = revision_of(name, *spec, world.seen.store, files, world.now);
    revision.is_protected = is_protected(document.object.metadata);
    revision.prune_disabled = is_prune_disabled(document.object.metadata);
    world.seen.store.templates[name].emplace(revision.id, Fact<RevisionIdentity>(revision));
  }
}

SandboxIdentity identity_of(const Document& document, const GoldenWorld& world, const Value& state,
                            DiskDriverKind driver) {
  SandboxIdentity identity;
  identity.uid = a_uid(document.object.metadata.name.str());
  identity.name = document.object.metadata.name;
  identity.origin = document.spot.file;
  identity.labels = document.object.metadata.labels;
  identity.spec = std::get<SandboxSpec>(document.object.spec.what);
  identity.spec_hash = spec_hash(document.object.spec);
  identity.template_name = identity.spec.template_ref.str();
  const auto& revisions = world.seen.store.templates.at(identity.template_name);
  identity.revision = revisions.begin()->first;
  identity.driver = driver;
  identity.disk_size = std::max(identity.spec.disk_size.value_or(Bytes{}), 1_GiB);
  identity.created = world.now - std::chrono::hours{1};
  if (identity.spec.ttl) identity.expires = identity.created + *identity.spec.ttl;
  identity.retained = truth_at(state, "retained", "false");
  identity.is_protected = is_protected(document.object.metadata);
  identity.prune_disabled = is_prune_disabled(document.object.metadata);
  if (const std::string ago = text_at(state, "lastScheduledAgo", ""); !ago.empty()) {
    identity.last_scheduled = ScheduledRun{world.now - *parse_span(ago), text_at(state, "standing", "")};
  }
  const std::string exit = text_at(state, "lastExit", "");
  if (!exit.empty()) {
    identity.last_exit = LastExit{exit, exit == to_string(ExitReason::GuestShutdown), "", world.now, 1, 1};
  }
  return identity;
}

constexpr const char* kBuild = "11111111-2222-3333-4444-555555555555";

// memory: usable, consumed or refused; of the machine that the identity says, unless keptMemory says how much it had.
PauseImage image_of_state(const SandboxIdentity& identity, const Value& state, Moment now) {
  PauseImage image;
  image.identity.uid = identity.uid;
  image.identity.at = now - std::chrono::minutes{30};
  image.identity.saved.build = kBuild;
  image.identity.saved.vcpus = identity.spec.vcpus;
  image.identity.saved.memory = identity.spec.memory;
  image.identity.saved.config_digest = config_digest_of(identity);
  const std::string memory = text_at(state, "memory", "usable");
  image.consumed = memory == "consumed";
  if (memory == "refused") image.refused = "the VMM was QEMU 7.2 and is QEMU 8.2";
  image.has_flat = truth_at(state, "flat", "true");
  image.files = truth_at(state, "manyFiles", "false") ? 9 : 1;
  image.stored = Bytes{identity.spec.memory.value / 2};
  return image;
}

DiskState disk_of_state(const SandboxIdentity& identity, const Value& state) {
  DiskState disk;
  const bool is_device = identity.driver == DiskDriverKind::DmSnapshot;
  disk.store_present = truth_at(state, "store", "true");
  disk.active = truth_at(state, "active", disk.store_present ? "true" : "false");
  disk.interrupted = truth_at(state, "interrupted", "false");
  disk.size = disk.active || !is_device ? identity.disk_size : Bytes{};
  if (const auto size = parse_quantity(text_at(state, "size", ""))) disk.size = *size;
  disk.store_size = truth_at(state, "storeSmall", "false") ? 1_MiB : 1024_GiB;
  disk.node = is_device ? "/dev/dm-0" : "/state/rootfs.qcow2";
  const std::string fault = text_at(state, "fault", "none");
  if (fault == "overflow") disk.fault = DiskFault::Overflow;
  if (fault == "invalid") disk.fault = DiskFault::Invalid;
  if (fault == "mismatch") disk.fault = DiskFault::Mismatch;
  if (fault == "unreadable") disk.fault = DiskFault::Unreadable;
  disk.store_mtime_ns = 7;
  disk.detail = fault == "none" ? "" : "as the case says";
  return disk;
}

MachineState machine_of_state(const SandboxIdentity& identity, const Value& state, Moment now) {
  MachineState machine;
  const std::string phase = text_at(state, "vm", "Running");
  machine.pid = 812;
  machine.started_at = now - std::chrono::minutes{5};
  machine.memory = identity.spec.memory;
  machine.config_digest = text_at(state, "digest", config_digest_of(identity));
  machine.accelerator = "tcg";
  if (phase == "Dead") {
    machine.phase = MachinePhase::Dead;
    machine.exit = MachineExit{ExitReason::GuestReset, "", now};
  }
  if (phase == "Unresponsive") machine.phase = MachinePhase::Unresponsive;
  if (phase == "DiskStopped") machine.phase = MachinePhase::DiskStopped;
  if (phase == "Paused") machine.phase = MachinePhase::Paused;
  if (truth_at(state, "loaded", "false")) machine.loaded = kBuild;
  return machine;
}

void add_machine(GoldenWorld& world, const SandboxIdentity& identity, const Value& state) {
  const std::string phase = text_at(state, "vm", "Running");
  if (phase == "Unknown") {
    world.seen.machines.emplace(identity.uid, Fact<MachineState>(make_error(ErrorKind::Denied, "read vm.json: denied")));
  } else if (phase != "none") {
    world.seen.machines.emplace(identity.uid, Fact<MachineState>(machine_of_state(identity, state, world.now)));
  }
}

void add_sandbox(GoldenWorld& world, const Document& document, const Value& state, DiskDriverKind driver) {
  const SandboxIdentity identity = identity_of(document, world, state, driver);
  if (truth_at(state, "identityUnreadable", "false")) {
    world.seen.store.sandboxes.emplace(identity.uid,
                                       Fact<SandboxIdentity>(make_error(ErrorKind::Corrupt, "sandbox.json is damaged")));
    add_machine(world, identity, state);
    return;
  }
  world.seen.store.sandboxes.emplace(identity.uid, Fact<SandboxIdentity>(identity));
  if (truth_at(state, "diskUnknown", "false")) {
    world.seen.disks.emplace(identity.uid, Fact<DiskState>(make_error(ErrorKind::Failed, "list devices: I/O error")));
  } else {
    world.seen.disks.emplace(identity.uid, Fact<DiskState>(disk_of_state(identity, state)));
  }
  const std::string memory = text_at(state, "memory", "none");
  if (memory == "unknown") {
    world.seen.store.pauses.emplace(identity.uid, make_error(ErrorKind::Corrupt, "pause.json is damaged"));
  } else if (memory != "none") {
    world.seen.store.pauses.emplace(identity.uid, image_of_state(identity, state, world.now));
  }
  add_machine(world, identity, state);
}

// suspended: {Sandbox/web: "a reason"}; of any kind, as by the command half an hour ago.
void add_suspensions(GoldenWorld& world, const Value& observed) {
  const Value* all = observed.find("suspended");
  if (all == nullptr) return;
  std::vector<Suspension> suspensions;
  for (const auto& [object, reason] : *all->as_map()) {
    for (const Kind kind : {Kind::Template, Kind::Sandbox, Kind::Snapshot, Kind::RetentionPolicy}) {
      const ObjectName name{kind, a_name(object.substr(object.find('/') + 1))};
      if (to_string(name) == object) suspensions.push_back({name, *reason.as_string(), world.now - std::chrono::minutes{30}});
    }
  }
  world.seen.suspensions = std::move(suspensions);
}

// trash: {<entry>: {object: Sandbox/web, on: base, undelete: true}}; on "gone" is a revision that is nowhere.
void add_trash(GoldenWorld& world, const Value& observed) {
  const Value* entries = observed.find("trash");
  if (entries == nullptr) return;
  for (const auto& [name, state] : *entries->as_map()) {
    TrashEntry entry{name, text_at(state, "object", ""), std::nullopt, world.now - std::chrono::hours{1}, std::nullopt};
    const std::string base = text_at(state, "on", "");
    const auto revisions = world.seen.store.templates.find(base);
    const bool is_there = revisions != world.seen.store.templates.end();
    if (!base.empty()) entry.base = RevisionRef{base, is_there ? revisions->second.begin()->first : a_digest(base)};
    if (truth_at(state, "undelete", "false")) world.seen.approvals.push_back(undelete_approval(name));
    world.seen.store.trash.push_back(std::move(entry));
  }
}

void add_files(GoldenWorld& world, const std::vector<Document>& documents, const Value& observed) {
  for (const Document& document : documents) {
    const auto* spec = std::get_if<TemplateSpec>(&document.object.spec.what);
    if (spec == nullptr) continue;
    for (const std::string& path : {spec->image_path, spec->kernel_path, spec->initrd_path}) {
      if (path.empty()) continue;
      const bool missing = lists(observed, "missingFiles", path);
      world.seen.host_files.insert_or_assign(
          path, missing ? Fact<FileStamp>(Absent{}) : Fact<FileStamp>(stamp_of_path(path)));
    }
  }
}

}  // namespace

GoldenWorld read_world(const std::vector<Document>& declared, const std::vector<Document>& applied,
                       const Value& observed) {
  GoldenWorld world;
  world.now = *parse_moment(text_at(observed, "now", "2026-11-20T12:00:00Z"));
  world.seen.at = world.now;
  world.seen.host_memory = *parse_quantity(text_at(observed, "hostMemory", "8Gi"));
  const bool full = truth_at(observed, "diskFull", "false");
  world.seen.space = {100_GiB, full ? 1_GiB : 50_GiB};
  const DiskDriverKind driver = text_at(observed, "driver", "dm-snapshot") == "qcow2" ? DiskDriverKind::Qcow2
                                                                                      : DiskDriverKind::DmSnapshot;
  world.seen.new_disks = Disks::Choice{driver, "as the case says"};
  world.declared = declaration_of(declared, observed, world.now);
  add_files(world, applied, observed);
  HostFiles built_from = world.seen.host_files;
  for (auto& [path, stamp] : built_from) stamp = stamp_of_path(path);
  add_files(world, declared, observed);
  add_revisions(world, applied, built_from, MadeOf::Image);
  add_snapshots(world, applied, observed);
  add_revisions(world, applied, built_from, MadeOf::Snapshot);
  change_snapshots(world, observed);
  for (auto& [name, revisions] : world.seen.store.templates) {
    if (!lists(observed, "revisionsUnreadable", name)) continue;
    for (auto& [id, revision] : revisions) revision = make_error(ErrorKind::Failed, "read revision.json: I/O error");
  }
  if (const Value* names = observed.find("deletionsApproved"); names != nullptr) {
    for (const Value& name : *names->as_list()) {
      const std::string& object = *name.as_string();
      const bool has_kind = object.find('/') != std::string::npos;
      world.seen.approvals.push_back({"delete", (has_kind ? "" : "Template/") + object, "", ""});
    }
  }
  add_trash(world, observed);
  add_suspensions(world, observed);
  const Value* states = observed.find("sandboxes");
  for (const Document& document : applied) {
    if (document.object.name().kind != Kind::Sandbox) continue;
    const Value* state = states == nullptr ? nullptr : states->find(document.object.metadata.name.str());
    add_sandbox(world, document, state == nullptr ? Value::map() : *state, driver);
  }
  return world;
}

}  // namespace cowherd::testing
