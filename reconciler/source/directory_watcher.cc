// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/directory_watcher.h"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>

#include "reconciler/source/tree_walk.h"
#include "resources/manifest/manifest_name.h"

namespace cowherd {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
                                  IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kOfTheDirectory =
    IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW;
constexpr int kMostLinks = 40;   // as path_resolution(7)
constexpr int kMostReads = 256;  // of one drain; whoever writes faster than this wakes us again

fs::path absolute_path(const std::string& directory) {
  std::error_code error;
  const fs::path path = fs::absolute(directory, error).lexically_normal();
  return error ? fs::path(directory) : path;
}

std::string failure(const std::string& path, int errno_value) {
  std::string text = to_string(errno_error(errno_value, "watch '" + path + "'"));
  if (errno_value == ENOSPC) text += "; raise fs.inotify.max_user_watches";
  return text + "; changes are found by the periodic look";
}

}  // namespace

DirectoryWatcher::DirectoryWatcher(std::string directory)
    : directory_(absolute_path(directory).string()), inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (inotify_.valid()) return;
  unavailable_ = to_string(errno_error(errno, "start inotify")) + "; changes are found by the periodic look";
}

// Walks the path as the kernel does, noting each directory in which a name decides where the path leads.
DirectoryWatcher::Wanted DirectoryWatcher::on_the_way() const {
  Wanted wanted;
  fs::path at = "/";
  const fs::path whole(directory_);
  std::deque<fs::path> rest(whole.begin(), whole.end());
  int links = 0;
  while (!rest.empty()) {
    const fs::path name = rest.front();
    rest.pop_front();
    if (name.empty() || name == "." || name == "/") continue;
    if (name == "..") {
      at = at.parent_path();
      continue;
    }
    std::error_code error;
    const fs::path next = at / name;
    const fs::file_status status = fs::symlink_status(next, error);
    const bool link = fs::is_symlink(status);
    const bool missing = !fs::is_directory(status) && !link;
    if (link || missing || rest.empty()) wanted[at.string()].names.insert(name.string());
    if (missing) break;
    if (!link) {
      at = next;
      continue;
    }
    const fs::path target = fs::read_symlink(next, error);
    if (error || ++links > kMostLinks) break;
    if (target.is_absolute()) at = "/";
    rest.insert(rest.begin(), target.begin(), target.end());
  }
  return wanted;
}

void DirectoryWatcher::add_tree(Wanted& wanted) const {
  HostTrees trees;
  auto tree = trees.open(directory_);
  if (!tree) return;
  const auto walk = walk_tree(**tree, {});
  if (!walk) return;  // it is changing: the event of that brings us back
  const std::string prefix = directory_ + "/";
  for (const std::string& path : walk->directories)
    wanted[path.empty() ? directory_ : prefix + path].everything = true;
  for (const FileEntry& file : walk->files) {
    if (file.type != FileType::Symlink) continue;
    std::error_code error;
    const fs::path target = fs::canonical(prefix + file.name, error);
    if (!error && (*tree)->stat(file.name))
      wanted[target.parent_path().string()].names.insert(target.filename().string());
  }
}

std::string DirectoryWatcher::re_arm() {
  if (!inotify_.valid()) return unavailable_;
  Wanted wanted = on_the_way();
  add_tree(wanted);
  std::string problem;
  std::map<int, Watched> armed;
  for (const auto& [path, what] : wanted) {
    const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), kEvents);
    if (watch < 0) {
      if (problem.empty() && errno != ENOENT && errno != ENOTDIR) problem = failure(path, errno);
      continue;
    }
    Watched& watched = armed[watch];  // two paths may lead to one directory
    watched.everything = watched.everything || what.everything;
    watched.names.insert(what.names.begin(), what.names.end());
  }
  for (const auto& old : watches_) {
    if (!armed.contains(old.first)) ::inotify_rm_watch(inotify_.get(), old.first);
  }
  watches_ = std::move(armed);
  return problem;
}

bool DirectoryWatcher::concerns(int watch, const std::string& name) const {
  const auto found = watches_.find(watch);
  if (found == watches_.end()) return false;  // the tail of a watch that was taken off
  if (found->second.names.contains(name)) return true;
  return found->second.everything && !is_by_product_name(name);
}

bool DirectoryWatcher::drain() {
  if (!inotify_.valid()) return false;
  bool relevant = false;
  alignas(inotify_event) std::array<char, 65536> buffer{};
  for (int i = 0; i < kMostReads; ++i) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return relevant;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* text = buffer.data() + at + sizeof event;
      const std::string name(text, ::strnlen(text, event.len));
      at += sizeof event + event.len;
      const bool lost = (event.mask & IN_Q_OVERFLOW) != 0;
      const bool known = watches_.contains(event.wd);
      const bool of_directory = known && (event.mask & kOfTheDirectory) != 0;
      relevant = relevant || lost || of_directory || concerns(event.wd, name);
      if ((event.mask & IN_IGNORED) != 0) watches_.erase(event.wd);
    }
  }
  return relevant;
}

}  // namespace cowherd
