// SPDX-License-Identifier: Apache-2.0
#include "resources/process/path_rights.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr __u64 kTruncate = 1ULL << 14;  // LANDLOCK_ACCESS_FS_TRUNCATE, since ABI 3; newer than Debian 12's header
constexpr __u64 kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | kTruncate;
constexpr __u64 kRead = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr int kFirstWithRename = 2;
constexpr int kFirstWithTruncate = 3;

// Every right up to LANDLOCK_ACCESS_FS_REFER, and what newer kernels add.
__u64 rights_of(long abi) {
  const __u64 all = (LANDLOCK_ACCESS_FS_REFER << 1) - 1;
  return abi >= kFirstWithTruncate ? all | kTruncate : all;
}

Status allow(int ruleset, const std::string& path, __u64 rights) {
  const Result<UniqueFd> place = open_path(path, O_PATH, "open");
  if (!place) return place.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(place.error())};
  struct stat found {};
  if (::fstat(place->get(), &found) != 0) return fail(path_error(errno, "look at", path));
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(found.st_mode) ? rights : rights & kOfFiles;
  rule.parent_fd = place->get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0) return {};
  return fail(path_error(errno, "allow a child to use", path));
}

}  // namespace

Result<UniqueFd> landlock_ruleset(const PathRights& rights) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < kFirstWithRename) return UniqueFd();
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = rights_of(abi);
  UniqueFd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!ruleset.valid()) return fail(errno_error(errno, "make a Landlock ruleset"));
  for (const std::string& path : rights.read) COWHERD_TRY(allow(ruleset.get(), path, kRead));
  for (const std::string& path : rights.write) COWHERD_TRY(allow(ruleset.get(), path, handled.handled_access_fs));
  return ruleset;
}

}  // namespace cowherd
