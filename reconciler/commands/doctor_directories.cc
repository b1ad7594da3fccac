// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "reconciler/commands/doctor_checks.h"
#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/files/unique_fd.h"
#include "resources/store/state_dir.h"

namespace cowherd {

namespace {

bool exists(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

// An unnamed file (open(2) O_TMPFILE) with a block of data: nothing stays, however this ends.
UniqueFd unnamed_file(const std::string& directory) {
  UniqueFd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  std::array<char, 4096> block{};
  block.fill('x');
  if (fd.valid() && ::write(fd.get(), block.data(), block.size()) < 0) fd.reset();
  return fd;
}

// "FLOCK ADVISORY WRITE <pid> <major>:<minor>:<inode> …", proc(5). The device is left out of the comparison: on btrfs
// and overlayfs it is not the one stat(2) tells.
bool is_locked(FileSystem& files, std::uint64_t inode) {
  const auto text = files.read("/proc/locks", 4_MiB);
  std::istringstream lines(text.value_or(std::string()));
  for (std::string line; std::getline(lines, line);) {
    const bool waits = line.find("->") != std::string::npos;
    if (!waits && line.find(" FLOCK ") != std::string::npos &&
        line.find(":" + std::to_string(inode) + " ") != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool is_watched_over(FileSystem& files, const std::string& lock_file) {
  const auto stamp = files.stat(lock_file);
  return stamp && is_locked(files, stamp->id.inode);
}

std::string nearest_existing(const std::string& path) {
  std::string nearest = path;
  while (nearest.size() > 1 && !exists(nearest)) nearest = parent_of(nearest);
  return nearest;
}

Check check_machine_id(FileSystem& files) {
  const std::string id = read_this_host(files).machine_id;
  if (!id.empty()) return {"machine-id", Health::Ok, id, ""};
  return {"machine-id", Health::Warn,
          "/etc/machine-id is missing: a state directory copied to another such host would not be noticed",
          "systemd-machine-id-setup"};
}

Check check_manifests(const std::string& directory) {
  Check check{"manifests", Health::Ok, "'" + directory + "' can be read", ""};
  if (::access(directory.c_str(), R_OK | X_OK) == 0) return check;
  const int error = errno;
  check.health = error == ENOENT ? Health::Warn : Health::Fail;
  check.finding = errno_error(error, "read '" + directory + "'").message;
  check.advice = error == ENOENT ? "mkdir -p " + directory + ", or give --manifests" : "give --manifests, or permission";
  return check;
}

Check check_state_dir(const std::string& directory) {
  const std::string there = nearest_existing(directory);
  if (::access(there.c_str(), R_OK | W_OK | X_OK) != 0) {
    return {"state directory", Health::Fail, errno_error(errno, "write to '" + there + "'").message,
            "give --state-dir, or permission; root uses /var/lib/cowherd"};
  }
  if (there != directory) {
    return {"state directory", Health::Ok, "'" + directory + "' does not exist yet and can be made", ""};
  }
  return {"state directory", Health::Ok, "'" + directory + "' can be written", ""};
}

Check check_space(const std::string& state_dir, const Config& config) {
  const std::string there = nearest_existing(state_dir);
  struct statvfs space {};
  if (::statvfs(there.c_str(), &space) != 0 || space.f_blocks == 0) {
    return {"free space", Health::Warn, "the file system of '" + there + "' does not tell", ""};
  }
  const std::uint64_t mebibytes = space.f_bavail * space.f_frsize >> 20;
  const auto percent = static_cast<std::int64_t>(100.0 * static_cast<double>(space.f_bavail) /
                                                 static_cast<double>(space.f_blocks));
  const std::string finding =
      std::to_string(mebibytes) + " MiB (" + std::to_string(percent) + " %) at '" + there + "'";
  if (percent < config.min_free_percent) {
    return {"free space", Health::Warn,
            finding + ", less than " + std::to_string(config.min_free_percent) + " %: nothing new is made",
            "make room, or lower limits.minFreePercent in the configuration"};
  }
  return {"free space", Health::Ok, finding, ""};
}

Check check_reflink(const std::string& state_dir) {
  const std::string there = nearest_existing(state_dir);
  const UniqueFd from = unnamed_file(there);
  const UniqueFd to = unnamed_file(there);
  if (!from.valid() || !to.valid()) {
    return {"reflink", Health::Warn, "it could not be tried at '" + there + "'",
            "give write permission; without reflink images are copied"};
  }
  if (::ioctl(to.get(), FICLONE, from.get()) == 0) return {"reflink", Health::Ok, "copies share their blocks", ""};
  return {"reflink", Health::Warn, "the file system of '" + there + "' has none: images are copied",
          "put the state directory on XFS or btrfs to save time and space"};
}

Check check_lock(FileSystem& files, const std::string& lock_file) {
  const auto stamp = files.stat(lock_file);
  if (!stamp || !is_locked(files, stamp->id.inode)) return {"lock", Health::Ok, "nobody holds the state directory", ""};
  const auto text = files.read(lock_file, 4_KiB);
  const auto holder = text ? parse_json(*text) : Result<Value>(Value());
  const auto pid = holder ? integer_at(*holder, "pid") : Result<std::int64_t>(0);
  const auto command = holder ? string_at(*holder, "command") : Result<std::string>("");
  if (!pid || !command) return {"lock", Health::Ok, "another cowherd holds the state directory", ""};
  return {"lock", Health::Ok, "held by pid " + std::to_string(*pid) + " ('" + *command + "')", ""};
}

}  // namespace cowherd
