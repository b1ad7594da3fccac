// SPDX-License-Identifier: Apache-2.0
// What the state of a guest is tied to on this host: QEMU's own version, its firmware, the processor. Asked of QEMU and
// kept, also for the next process, in `<cache_dir>/build-<key>.json`, for as long as the files and directories it was read
// from stay as they are, and the host up.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/machine/machine.h"

namespace cowherd {

class MachineBuilds {
 public:
  // cache_dir is absolute and made when absent; "" keeps nothing but in memory.
  MachineBuilds(FileSystem& names, std::string cache_dir) : names_(names), cache_dir_(std::move(cache_dir)) {}

  // Runs QEMU twice when it or its firmware is new here, at most 10 s each. Failed: QEMU does not run, or has no firmware
  // for microvm. Safe from several threads.
  Result<MachineBuild> build(const std::string& binary, const std::string& accelerator);

 private:
  struct Software {
    std::string vmm{};
    std::string firmware{};
    std::map<std::string, std::string> stamps{};  // of QEMU, its firmware and where that is looked for, by path
  };
  Result<Software> read_software(const std::string& binary);
  Result<Software> read_firmware(Software software, const std::vector<std::string>& directories);
  Result<std::string> stamp_text(const std::string& path);
  bool is_current(const Software& software);
  Result<std::string> kept_name(const std::string& binary);
  Result<Software> read_kept(const std::string& binary);
  void keep(const std::string& binary, const Software& software);

  FileSystem& names_;
  std::string cache_dir_;
  LinuxBulkFiles files_{};
  std::mutex mutex_{};
  std::map<std::string, Software> known_{};  // by binary
};

// "QEMU 7.2.22 (Debian …)" from the first line of `qemu --version`. Pure.
Result<std::string> parse_version(std::string_view output);

// What KVM passes on of the processor, from the first one in /proc/cpuinfo: without what changes while it runs. Pure.
std::string processor_features(std::string_view cpuinfo);

}  // namespace cowherd
