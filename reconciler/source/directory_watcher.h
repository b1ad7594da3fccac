// SPDX-License-Identifier: Apache-2.0
// inotify(7) as a hint that a directory of manifests may have changed. It only means "look again": what it
// misses (in place edits of a file on another machine's mount, a rename far up the path) the next periodic
// look finds.
//
// Watched are the directory, its subdirectories, the targets of symlinked files, and on the way to it every
// directory that holds a symlink or the directory itself; if it does not exist, the nearest parent that does.
// The kernel follows inodes, not names: after a swap the watches stay with the old directory, so re_arm()
// belongs before every look: what changes while it reads, or after, is an event. No call blocks for longer than the
// directory's metadata takes.
#pragma once

#include <map>
#include <set>
#include <string>

#include "resources/files/unique_fd.h"

namespace cowherd {

class DirectoryWatcher {
 public:
  explicit DirectoryWatcher(std::string directory);

  // Readable when something happened; -1 when the host has no inotify to give.
  int fd() const { return inotify_.get(); }
  // Takes what happened; whether it may concern a manifest. Lost events (an overflow) concern one.
  bool drain();
  // Watches what is there now. Returns why not all of it is watched, for people; empty when it is. Polling
  // still works.
  std::string re_arm();

 private:
  struct Watched {
    bool everything = false;        // every name in it matters
    std::set<std::string> names{};  // else these do
  };
  using Wanted = std::map<std::string, Watched>;  // by path

  Wanted on_the_way() const;
  void add_tree(Wanted& wanted) const;
  bool concerns(int watch, const std::string& name) const;

  std::string directory_;
  UniqueFd inotify_{};
  std::string unavailable_{};
  std::map<int, Watched> watches_{};
};

}  // namespace cowherd
