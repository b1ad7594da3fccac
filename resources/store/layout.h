// SPDX-License-Identifier: Apache-2.0
// Every path of the state directory, spelled in one file.
#pragma once

#include <string>

#include "resources/kinds/metadata.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

class Layout {
 public:
  explicit Layout(std::string state_dir) : root_(std::move(state_dir)) {}
  const std::string& root() const { return root_; }
  std::string id_file() const { return root_ + "/id"; }
  std::string lock_file() const { return root_ + "/lock"; }
  std::string catalog_file() const { return root_ + "/catalog.db"; }
  std::string approvals() const { return root_ + "/approvals"; }
  std::string declared() const { return root_ + "/declared"; }
  std::string sources() const { return root_ + "/sources"; }
  std::string source_dir(const ResourceName& name) const { return sources() + "/" + name.str(); }
  std::string fetching() const { return root_ + "/fetching"; }  // of the git program, while it runs
  std::string templates() const { return root_ + "/templates"; }
  std::string template_dir(const std::string& name) const { return templates() + "/" + name; }
  std::string revision_dir(const std::string& name, const Digest& id) const {
    return template_dir(name) + "/" + id.str();
  }
  std::string sandboxes() const { return root_ + "/sandboxes"; }
  std::string sandbox_dir(const Uid& uid) const { return sandboxes() + "/" + uid.str(); }
  std::string memory_dir(const Uid& uid) const { return sandbox_dir(uid) + "/memory"; }
  std::string snapshots() const { return root_ + "/snapshots"; }
  std::string snapshot_dir(const std::string& name) const { return snapshots() + "/" + name; }
  std::string trash() const { return root_ + "/trash"; }

 private:
  std::string root_;
};

inline constexpr const char* kSandboxFile = "sandbox.json";
inline constexpr const char* kRevisionFile = "revision.json";
inline constexpr const char* kRootfsFile = "rootfs.ext4";
inline constexpr const char* kKernelFile = "kernel";
inline constexpr const char* kInitrdFile = "initrd";
inline constexpr const char* kSerialLog = "serial.log";
inline constexpr const char* kSnapshotFile = "snapshot.json";
inline constexpr const char* kMetaFile = "rootfs.meta";       // for readers of the older layout
inline constexpr const char* kPauseFile = "pause.json";
inline constexpr const char* kStateFile = "snapfile";         // state of a guest's devices
inline constexpr const char* kFlatFile = "memory.flat";       // a cache: the memory as a VMM maps it
inline constexpr const char* kQuiescedMark = "quiesced";      // of a sandbox: its guest may hold its file systems
inline constexpr const char* kConsumedMark = "consumed";
inline constexpr const char* kRefusedMark = "refused";        // holds why

}  // namespace cowherd
