// SPDX-License-Identifier: Apache-2.0
#include "resources/process/handed_over.h"

#include <fcntl.h>

#include <cerrno>

namespace cowherd {

Result<UniqueFd> out_of_the_way(UniqueFd fd, int first) {
  if (fd.get() >= first) return fd;
  const int moved = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, first);
  if (moved < 0) return fail(errno_error(errno, "duplicate a descriptor"));
  return UniqueFd(moved);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace cowherd
