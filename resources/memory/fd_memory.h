// SPDX-License-Identifier: Apache-2.0
// Bytes behind a descriptor: a memory file, a memfd of another process (/proc/<pid>/fd/<n>, proc(5)), or a
// mapping of another process (/proc/<pid>/mem at the mapping's address).
#pragma once

#include "resources/files/unique_fd.h"
#include "resources/memory/memory_source.h"

namespace cowherd {

class FdMemory final : public MemorySource {
 public:
  // Offset 0 is at `base` of the descriptor. `name` is for error messages.
  FdMemory(UniqueFd fd, Bytes base, Bytes size, std::string name);

  Bytes size() const override { return size_; }
  Status read(Bytes offset, std::span<char> to) const override;
  Result<PageRange> next_data(Bytes offset) const override;
  // Only a file that begins at its own beginning can be copied from inside the kernel.
  int descriptor() const override { return base_.value == 0 ? fd_.get() : -1; }

 private:
  UniqueFd fd_{};
  Bytes base_{};
  Bytes size_{};
  std::string name_{};
};

// A regular file or memfd as a whole. Follows symlinks, for /proc/<pid>/fd/<n> is one. Invalid when it is
// neither.
Result<FdMemory> open_memory(const std::string& path);

// `size` bytes at `address` of a process that the caller may trace (ptrace(2), PTRACE_MODE_ATTACH_FSCREDS).
Result<FdMemory> open_process_memory(int pid, std::uint64_t address, Bytes size);

}  // namespace cowherd
