// SPDX-License-Identifier: Apache-2.0
// What the state of a guest is tied to on this host: QEMU's own version, its firmware, the processor. Asked of QEMU and
// kept for as long as the files it was read from stay as they are.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "resources/files/linux_bulk_files.h"
#include "resources/machine/machine.h"

namespace cowherd {

class MachineBuilds {
 public:
  // Runs QEMU twice when it or its firmware is new here, at most 10 s each. Failed: QEMU does not run, or has no firmware
  // for microvm. Safe from several threads.
  Result<MachineBuild> build(const std::string& binary, const std::string& accelerator);

 private:
  struct Software {
    std::string vmm{};
    std::string firmware{};
    std::map<std::string, FileStamp> files{};  // QEMU and its firmware as they were when they were read
  };
  Result<Software> read_software(const std::string& binary);
  bool is_current(const Software& software);

  LinuxBulkFiles files_{};
  std::mutex mutex_{};
  std::map<std::string, Software> known_{};  // by binary
};

// "QEMU 7.2.22 (Debian …)" from the first line of `qemu --version`. Pure.
Result<std::string> parse_version(std::string_view output);

// What KVM passes on of the processor, from the first one in /proc/cpuinfo: without what changes while it runs. Pure.
std::string processor_features(std::string_view cpuinfo);

}  // namespace cowherd
