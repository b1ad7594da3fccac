// SPDX-License-Identifier: Apache-2.0
// What `cowherd doctor` looks at. Nothing is changed: what is tried out is tried on files without a name.
#pragma once

#include <string>
#include <vector>

#include "reconciler/commands/options.h"
#include "resources/block/device_mapper.h"
#include "resources/block/loop_devices.h"
#include "resources/files/file_system.h"
#include "resources/kinds/config.h"
#include "resources/machine/qemu/control_group.h"

namespace cowherd {

enum class Health {
  Ok,
  Warn,  // it runs, with less
  Fail,  // it cannot run before this is mended
};
std::string_view to_string(Health health);

struct Check {
  std::string name{};
  Health health = Health::Ok;
  std::string finding{};
  std::string advice{};  // what to do; empty when all is well
  bool operator==(const Check&) const = default;
};

// The kernel.
Check check_kernel(const std::string& release);  // as uname(2) says it
Check check_device_mapper(DeviceMapper& device_mapper, DiskDriverSetting wanted);
Check check_loop_devices(LoopDevices& loops, DiskDriverSetting wanted);
Check check_inotify(FileSystem& files);
// Programs and machines. Each may block for a few seconds.
Check check_qemu(const Config& config);
Check check_qemu_img(const Config& config, DiskDriverSetting wanted, Health device_mapper);
Check check_kvm(const Config& config, FileSystem& files);
// For machines with the accelerator "kvm" or "tcg".
Check check_machine_users(const Config& config, const std::string& accelerator, FileSystem& files);
Check check_machine_limits(const Config& config, const GroupHost& host);
// Whether clones share the memory image they begin from, and what it costs where they do not.
Check check_memory_images(const Config& config, const std::string& accelerator, FileSystem& files, Health reflink);
Check check_seccomp(FileSystem& files);
Check check_memory(const Config& config, Bytes host_memory);
// Directories.
Check check_machine_id(FileSystem& files);
Check check_manifests(const std::string& directory);
Check check_state_dir(const std::string& directory);
Check check_space(const std::string& state_dir, const Config& config);
Check check_reflink(const std::string& state_dir);
Check check_lock(FileSystem& files, const std::string& lock_file);
// A process holds the lock.
bool is_watched_over(FileSystem& files, const std::string& lock_file);

// The path itself, or the nearest parent that exists.
std::string nearest_existing(const std::string& path);

}  // namespace cowherd
