// SPDX-License-Identifier: Apache-2.0
// The seam to the content of memory files, which are too large to pass through FileSystem. Names, links,
// renames and durability stay with FileSystem: nothing written here is durable before FileSystem::sync of the
// path. Errors as in file_system.h; calls may block on the disk.
#pragma once

#include <memory>
#include <string>

#include "resources/memory/memory_source.h"

namespace cowherd {

struct CopyCount {
  Bytes shared{};  // extents that both files now own
  Bytes copied{};  // bytes written anew
};

class ImageWriter {
 public:
  virtual ~ImageWriter() = default;
  virtual Status write(Bytes offset, std::string_view bytes) = 0;
  // Puts `length` bytes of the source at `to`: by sharing extents where the file system can, else by copying
  // what is not a hole in the source. Precondition: the target holds only a hole there; all three are whole
  // pages.
  virtual Result<CopyCount> copy(const MemorySource& from, Bytes offset, Bytes length, Bytes to) = 0;
  // Sets the length; growth is a hole.
  virtual Status resize(Bytes size) = 0;
};

class ImageFiles {
 public:
  virtual ~ImageFiles() = default;
  // A regular file, never through a symlink (Invalid when it is something else).
  virtual Result<std::unique_ptr<MemorySource>> open(const std::string& path) = 0;
  // A new, empty file (0600). Busy when the name exists.
  virtual Result<std::unique_ptr<ImageWriter>> create(const std::string& path) = 0;
};

}  // namespace cowherd
