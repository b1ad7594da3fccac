// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/work_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "resources/files/random.h"
#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

namespace fs = std::filesystem;

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

// Others pass through it to the directories of theirs below, and cannot list it.
mode_t root_mode(const std::optional<ChildUser>& owner) { return owner ? 0711 : 0700; }

Result<UniqueFd> open_root(const std::string& root, const std::optional<ChildUser>& owner) {
  if (::mkdir(root.c_str(), root_mode(owner)) != 0 && errno != EEXIST) return fail(path_error(errno, "make", root));
  COWHERD_ASSIGN(UniqueFd held, open_path(root, kDirectory, "open"));
  struct stat found {};
  if (::fstat(held.get(), &found) != 0) return fail(path_error(errno, "look at", root));
  if (found.st_uid != ::geteuid()) return fail(ErrorKind::Denied, "use '" + root + "': it belongs to somebody else");
  if (::fchmod(held.get(), root_mode(owner)) != 0) return fail(path_error(errno, "set the mode of", root));
  while (::flock(held.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return fail(path_error(errno, "lock", root));
  }
  return held;
}

Status remove_tree(const std::string& path) {
  std::error_code reason;
  fs::remove_all(path, reason);
  return reason ? Status{fail(path_error(reason.value(), "remove", path))} : Status{};
}

// The root is locked, so nobody is just making one.
Status sweep(const std::string& root) {
  std::error_code reason;
  for (fs::directory_iterator at(root, reason), end; !reason && at != end; at.increment(reason)) {
    const std::string path = at->path().string();
    const Result<UniqueFd> held = open_path(path, kDirectory, "open");
    if (held && ::flock(held->get(), LOCK_EX | LOCK_NB) != 0) continue;
    COWHERD_TRY(remove_tree(path));
  }
  return reason ? Status{fail(path_error(reason.value(), "list", root))} : Status{};
}

bool may_pass(const struct stat& directory, const ChildUser& user) {
  if (directory.st_uid == user.id) return (directory.st_mode & S_IXUSR) != 0;
  if (directory.st_gid == user.group.value_or(user.id)) return (directory.st_mode & S_IXGRP) != 0;
  return (directory.st_mode & S_IXOTH) != 0;
}

// The first directory on the way to `path` that the user cannot pass; empty: there is none.
Result<std::string> closed_above(const std::string& path, const ChildUser& user) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    struct stat found {};
    if (::stat(above.c_str(), &found) != 0) return fail(path_error(errno, "look at", above));
    if (!may_pass(found, user)) return above;
  }
  return std::string();
}

}  // namespace

Result<WorkDirectory> WorkDirectory::make(const std::string& root, const std::optional<ChildUser>& owner) {
  COWHERD_ASSIGN(const UniqueFd root_held, open_root(root, owner));
  COWHERD_TRY(sweep(root));
  const std::string path = root + "/" + fresh_uid().str();
  if (::mkdir(path.c_str(), 0700) != 0) return fail(path_error(errno, "make", path));
  COWHERD_ASSIGN(UniqueFd held, open_path(path, kDirectory, "open"));
  if (::flock(held.get(), LOCK_EX | LOCK_NB) != 0) return fail(path_error(errno, "lock", path));
  WorkDirectory made(path, std::move(held), owner);
  COWHERD_TRY(made.give(path));
  if (owner) {
    COWHERD_ASSIGN(made.covered_, closed_above(path, *owner));
  }
  return made;
}

WorkDirectory::WorkDirectory(std::string path, UniqueFd held, std::optional<ChildUser> owner)
    : path_(std::move(path)), held_(std::move(held)), owner_(std::move(owner)) {}

WorkDirectory::~WorkDirectory() {
  // What cannot be removed now is tried again by the next.
  if (held_.valid()) static_cast<void>(remove_tree(path_));
}

Status WorkDirectory::give(const std::string& path) const {
  if (!owner_ || ::lchown(path.c_str(), owner_->id, owner_->group.value_or(owner_->id)) == 0) return {};
  return fail(path_error(errno, "give away", path));
}

Status WorkDirectory::put(const std::string& name, std::string_view content) const {
  const std::string path = path_ + "/" + name;
  COWHERD_ASSIGN(const UniqueFd file, open_path(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "make"));
  COWHERD_TRY(write_all(file.get(), content, path));
  return give(path);
}

Status WorkDirectory::make_directory(const std::string& name) const {
  const std::string path = path_ + "/" + name;
  if (::mkdir(path.c_str(), 0700) != 0) return fail(path_error(errno, "make", path));
  return give(path);
}

Bytes WorkDirectory::size() const {
  Bytes sum;
  std::error_code reason;
  for (fs::recursive_directory_iterator at(path_, reason), end; !reason && at != end; at.increment(reason)) {
    struct stat found {};
    if (::lstat(at->path().c_str(), &found) == 0) sum = sum + Bytes{static_cast<std::uint64_t>(found.st_blocks) * 512};
  }
  return sum;
}

}  // namespace cowherd
