// SPDX-License-Identifier: Apache-2.0
// One writer per state directory: flock(2) on <state-dir>/lock, held until the object goes or the process dies. The file
// says who holds it; it is never removed, so that nobody locks a file that has lost its name.
#pragma once

#include <string>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

class StateLock {
 public:
  // Does not wait for the lock. Busy, naming pid and command of the holder, when another process has it; up to 200 ms go
  // to learning who that is. The directory must exist.
  static Result<StateLock> take(const std::string& path, const std::string& command);

  StateLock(StateLock&&) noexcept = default;
  StateLock& operator=(StateLock&&) noexcept = default;

 private:
  explicit StateLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace cowherd
