// SPDX-License-Identifier: Apache-2.0
// Parts of files that are too large to be held whole: reading here and there, and laying bytes over what is there.
// Every call may block on the disk. Files are regular ones (else Invalid); a symlink at the end of a path is followed,
// as these are paths that people name. Contract: tests/contract/file_parts_contract.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "resources/files/file_system.h"

namespace cowherd {

enum class Writers { None, Some, CannotTell };

class FileReader {
 public:
  virtual ~FileReader() = default;
  // As the open file is now.
  virtual Result<FileStamp> stamp() = 0;
  // Fewer bytes than asked for only at the end of the file, none behind it. Holes read as zeroes.
  virtual Result<std::string> read(Bytes offset, Bytes count) = 0;
  // Whether anything has the file open for writing at this moment: a program, or a loop device and with it whatever
  // stands on the loop.
  virtual Writers writers() = 0;
};

// Precondition of both: the range lies inside the file. Nothing is durable before FileSystem::sync.
class FilePatcher {
 public:
  virtual ~FilePatcher() = default;
  virtual Status write(Bytes offset, std::string_view bytes) = 0;
  // The range reads as zeroes afterwards and takes no space where the file system can give it back.
  virtual Status zero(Bytes offset, Bytes count) = 0;
};

class FileParts {
 public:
  virtual ~FileParts() = default;
  virtual Result<std::unique_ptr<FileReader>> open(const std::string& path) = 0;
  virtual Result<std::unique_ptr<FilePatcher>> patch(const std::string& path) = 0;
};

}  // namespace cowherd
