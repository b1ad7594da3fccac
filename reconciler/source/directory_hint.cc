// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/directory_hint.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>

namespace cowherd {

DirectoryHint::DirectoryHint(const std::string& directory) {
  UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify.valid()) return;
  if (::inotify_add_watch(inotify.get(), directory.c_str(), IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) < 0) return;
  inotify_ = std::move(inotify);
}

void DirectoryHint::drain() {
  std::array<char, 4096> events{};
  while (inotify_.valid() && ::read(inotify_.get(), events.data(), events.size()) > 0) {
  }
}

}  // namespace cowherd
