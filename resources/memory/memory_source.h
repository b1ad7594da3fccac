// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a guest memory, or of a memory file, come from. Whoever reads guest memory keeps the
// guest stopped.
#pragma once

#include <span>

#include "resources/memory/extents.h"

namespace cowherd {

class MemorySource {
 public:
  virtual ~MemorySource() = default;
  virtual Bytes size() const = 0;
  // Fills all of `to`; Stale when the source ends before. May block on the disk.
  virtual Status read(Bytes offset, std::span<char> to) const = 0;
  // The next range at or after the offset that may hold data, in whole pages (but within size()); everything
  // before it reads as zeroes. Empty at size() when there is no more.
  virtual Result<PageRange> next_data(Bytes offset) const = 0;
  // For copies inside the kernel; -1 when there is none. Offsets in it are those of read().
  virtual int descriptor() const { return -1; }
};

}  // namespace cowherd
