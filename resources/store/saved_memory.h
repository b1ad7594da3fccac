// SPDX-License-Identifier: Apache-2.0
// What a kept guest memory is tied to: the gate that a restore must pass. Part of pause.json and of snapshot.json.
#pragma once

#include <string>

#include "resources/kinds/sandbox.h"
#include "resources/machine/machine.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

struct SavedMemory {
  std::string build{};           // of the memory generation, as in memfile.header: what makes this image this one
  MachineBuild machine{};
  std::int64_t vcpus = 1;
  Bytes memory{};
  NetworkMode network = NetworkMode::None;
  std::string config_digest{};   // of the VM that was kept; another one than declared means: restart after the resume
  bool operator==(const SavedMemory&) const = default;
};

Value to_value(const SavedMemory& saved);
Result<SavedMemory> parse_saved_memory(const Value& value);

// What differs between the machine that was kept and the one that would load it; "" when nothing does.
std::string difference(const MachineBuild& kept, const MachineBuild& here);

// pause.json: the memory of one sandbox, kept beside its disk. It belongs to the disk as it stands: once the guest ran
// on, it is of no more use than to build the next one on.
struct PauseIdentity {
  Uid uid{};
  SavedMemory saved{};
  Moment at{};
  std::string origin{};          // "" for a pause, else the snapshot it was copied from
  bool operator==(const PauseIdentity&) const = default;
};

std::string print_pause(const PauseIdentity& pause);
Result<PauseIdentity> parse_pause(std::string_view text);

// sandboxes/<uid>/memory/ as it is now.
struct PauseImage {
  PauseIdentity identity{};
  bool consumed = false;         // its guest ran on: never loaded again
  std::string refused{};         // why it cannot be loaded here; "" while nothing speaks against it
  bool has_flat = false;         // the flat image that a VMM maps stands beside it
  std::size_t files = 0;         // memory files it consists of
  Bytes stored{};                // their sizes; what is more than the guest's memory nothing reads any more
  bool usable() const { return !consumed && refused.empty(); }
  bool operator==(const PauseImage&) const = default;
};

}  // namespace cowherd
