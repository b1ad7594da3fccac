// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/keep_memory.h"

#include "reconciler/actions/compact_memory.h"
#include "resources/files/random.h"
#include "resources/memory/build_generation.h"

namespace cowherd {

namespace {

std::string in_mebibytes(Bytes bytes) { return std::to_string((bytes.value + (1 << 20) - 1) >> 20) + " MiB"; }

// The generation a loaded guest was started from; nothing when it is not at hand, or in too many pieces: then all of the
// memory is written.
Result<std::optional<Generation>> parent_of_guest(Host& host, const FrozenGuest& guest) {
  if (guest.machine.loaded.empty()) return std::optional<Generation>{};
  const Result<PauseImage> image = host.store.pause(guest.identity.uid);
  if (!image && image.error().kind != ErrorKind::NotFound && image.error().kind != ErrorKind::Corrupt) {
    return fail(image.error());
  }
  if (!image || image->identity.saved.build != guest.machine.loaded) return std::optional<Generation>{};
  Result<Generation> parent = load_generation(host.files, host.store.layout().memory_dir(guest.identity.uid));
  if (parent && parent->files.size() >= kLongestChain) return std::optional<Generation>{};
  if (parent) return std::optional<Generation>(*std::move(parent));
  if (parent.error().kind == ErrorKind::Corrupt || parent.error().kind == ErrorKind::NotFound) {
    return std::optional<Generation>{};
  }
  return fail(parent.error());
}

Result<Generation> build_memory(Host& host, const FrozenGuest& guest, const GenerationPlace& place,
                                const BulkControl& control) {
  COWHERD_ASSIGN(const GuestMemory memory, host.machines.memory(guest.identity.uid));
  COWHERD_ASSIGN(const std::optional<Generation> parent, parent_of_guest(host, guest));
  const MemoryHost files{host.files, host.memory_files};
  if (parent && memory.changed) {
    return build_next_generation(files, *memory.content, *memory.changed, *parent, place, control);
  }
  return build_first_generation(files, *memory.content, place, control);
}

NetworkMode network_of(GuestNetwork network) {
  return network == GuestNetwork::User ? NetworkMode::User : NetworkMode::None;
}

}  // namespace

std::string store_path_of(Host& host, const SandboxIdentity& identity) {
  const char* file = identity.driver == DiskDriverKind::DmSnapshot ? kCowFile : kOverlayFile;
  return host.store.layout().sandbox_dir(identity.uid) + "/" + file;
}

Status sync_disk(Host& host, const SandboxIdentity& identity) {
  return host.files.sync(store_path_of(host, identity));
}

Result<SavedMemory> keep_memory(Host& host, const FrozenGuest& guest, const BulkControl& control, Timings& timings) {
  const SandboxIdentity& identity = guest.identity;
  if (!guest.machine.build) {
    return fail(ErrorKind::Failed, "keep the memory of sandbox '" + identity.name.str() + "': what its VM is could not be told",
                "restart it, then try again");
  }
  const std::string state = guest.directory + "/" + kStateFile;
  COWHERD_TRY(host.machines.save_state(identity.uid, state));
  COWHERD_TRY(host.files.sync(state));
  timings.lap("devices");
  const GenerationPlace place{guest.directory, BuildId::from_uid(fresh_uid())};
  COWHERD_ASSIGN(const Generation made, build_memory(host, guest, place, control));
  const auto own = made.files.find(place.build);
  timings.lap("memory (" + in_mebibytes(own == made.files.end() ? Bytes{} : own->second.size) + " of " +
              in_mebibytes(made.header.size) + ", generation " + std::to_string(made.header.generation) + ")");
  SavedMemory saved;
  saved.build = place.build.str();
  saved.machine = *guest.machine.build;
  saved.vcpus = guest.machine.vcpus;
  saved.memory = guest.machine.memory;
  saved.network = network_of(guest.machine.network);
  saved.config_digest = guest.machine.config_digest;
  return saved;
}

}  // namespace cowherd
