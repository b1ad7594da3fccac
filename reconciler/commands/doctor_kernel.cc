// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "reconciler/commands/doctor_checks.h"

namespace cowherd {

namespace {

// Fewer and a busy desktop or another daemon of the same user may have taken them all.
constexpr std::int64_t kFewWatches = 8192;
constexpr std::int64_t kFewInstances = 128;

constexpr std::array<std::string_view, 3> kTargets{"snapshot", "linear", "zero"};
constexpr const char* kWithoutDm = "disks are qcow2 overlays instead";

// A driver that was asked for by name has no substitute.
Health missing(DiskDriverSetting wanted) {
  return wanted == DiskDriverSetting::DmSnapshot ? Health::Fail : Health::Warn;
}

std::int64_t number_in(FileSystem& files, const std::string& path) {
  const auto text = files.read(path, 4_KiB);
  std::int64_t number = -1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::Ok: return "ok";
    case Health::Warn: return "warn";
    case Health::Fail: return "fail";
  }
  return "fail";
}

Check check_kernel(const std::string& release) {
  int major = 0;
  int minor = 0;
  if (std::sscanf(release.c_str(), "%d.%d", &major, &minor) != 2) {
    return {"kernel", Health::Warn, "Linux of unknown version '" + release + "'", "use Linux 5.8 or newer"};
  }
  const bool pidfd = major > 5 || (major == 5 && minor >= 4);           // pidfd_open(2), waitid(2) P_PIDFD
  const bool loop_configure = major > 5 || (major == 5 && minor >= 8);  // loop(4) LOOP_CONFIGURE
  if (!pidfd) return {"kernel", Health::Fail, "Linux " + release + " has no pidfds", "use Linux 5.8 or newer"};
  if (!loop_configure) {
    return {"kernel", Health::Warn, "Linux " + release + " has no LOOP_CONFIGURE; dm-snapshot disks cannot be made",
            "use Linux 5.8 or newer"};
  }
  return {"kernel", Health::Ok, "Linux " + release, ""};
}

Check check_device_mapper(DeviceMapper& device_mapper, DiskDriverSetting wanted) {
  Check check{"device-mapper", Health::Ok, "", ""};
  const auto targets = device_mapper.targets();
  if (!targets) {
    check.health = missing(wanted);
    check.finding = to_string(targets.error()) + "; " + kWithoutDm;
    check.advice = targets.error().kind == ErrorKind::Denied
                       ? "run as root for dm-snapshot disks"
                       : "for dm-snapshot disks load the modules: modprobe dm-mod dm-snapshot dm-zero";
    return check;
  }
  std::string absent;
  for (const std::string_view target : kTargets) {
    if (std::find(targets->begin(), targets->end(), target) != targets->end()) continue;
    absent += (absent.empty() ? "" : ", ") + std::string(target);
  }
  if (absent.empty()) {
    check.finding = "targets snapshot, linear and zero are there";
    return check;
  }
  check.health = missing(wanted);
  check.finding = "targets not loaded: " + absent;
  check.advice = "modprobe dm-snapshot dm-zero; a kernel without them uses qcow2 overlays";
  return check;
}

Check check_loop_devices(LoopDevices& loops, DiskDriverSetting wanted) {
  Check check{"loop devices", Health::Ok, "", ""};
  const auto attached = loops.list();
  if (!attached) {
    check.health = missing(wanted);
    check.finding = to_string(attached.error()) + "; " + kWithoutDm;
    check.advice = "for dm-snapshot disks: modprobe loop, and run as root";
    return check;
  }
  check.finding = std::to_string(attached->size()) + " attached";
  if (::access("/dev/loop-control", R_OK | W_OK) != 0) {
    check.health = missing(wanted);
    check.finding += ", but " + errno_error(errno, "open /dev/loop-control").message + "; " + kWithoutDm;
    check.advice = errno == ENOENT ? "for dm-snapshot disks: modprobe loop" : "for dm-snapshot disks run as root";
  }
  return check;
}

Check check_inotify(FileSystem& files) {
  const std::int64_t watches = number_in(files, "/proc/sys/fs/inotify/max_user_watches");
  const std::int64_t instances = number_in(files, "/proc/sys/fs/inotify/max_user_instances");
  const std::string finding =
      std::to_string(watches) + " watches and " + std::to_string(instances) + " instances per user";
  if (watches < 0 || instances < 0) {
    return {"inotify", Health::Warn, "its limits cannot be read; changes may be noticed only at the next resync", ""};
  }
  if (watches < kFewWatches || instances < kFewInstances) {
    return {"inotify", Health::Warn, finding + ": changes may be noticed only at the next resync",
            "sysctl fs.inotify.max_user_watches=" + std::to_string(kFewWatches) +
                " fs.inotify.max_user_instances=" + std::to_string(kFewInstances)};
  }
  return {"inotify", Health::Ok, finding, ""};
}

}  // namespace cowherd
