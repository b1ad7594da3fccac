// SPDX-License-Identifier: Apache-2.0
// Long work on file content: copying, digesting. Calls block for as long as it takes, report progress, and stop soon
// after the token says so (then Failed, "cancelled"). Meant for worker threads; each call is safe beside others.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "resources/files/file_system.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

struct BulkControl {
  std::stop_token stop{};
  std::function<void(Bytes done, Bytes total)> progress{};  // called every 32 MiB and at the end, from the worker
  std::function<void(const std::string& text)> tell{};      // what the step's outcome shall say besides: how long its parts took
  std::function<void(Span)> tell_frozen{};                  // how long a guest stood still for the step, all in all
};

enum class CopyMethod { Reflink, Sparse };  // FICLONE, or SEEK_DATA ranges with 4 KiB of zeroes left as holes

struct CopyReport {
  CopyMethod method = CopyMethod::Sparse;
  Bytes size{};
  Bytes written{};  // bytes of data really copied; 0 for a reflink
};

class BulkFiles {
 public:
  virtual ~BulkFiles() = default;
  // Copies a regular file to a new file (0600): reflink where the file system can, else sparse. Keeps holes. The copy is
  // not durable until FileSystem::sync. `to` must not exist (Busy); after a failure it does not. The source may lie outside
  // the state directory and be a symlink an operator set (/boot/vmlinuz), but must lead to a regular file (Invalid).
  virtual Result<CopyReport> copy(const std::string& from, const std::string& to, const BulkControl& control) = 0;
  // SHA-256 of the content (holes read as zeroes), symlinks followed. Source of the algorithm: OpenSSL EVP.
  virtual Result<Digest> digest(const std::string& path, const BulkControl& control) = 0;
  // What a path an operator names leads to, symlinks followed (FileSystem::stat does not follow them).
  virtual Result<FileStamp> stamp(const std::string& path) = 0;
  // Free space of the file system that holds the path.
  virtual Result<SpaceInfo> space(const std::string& path) = 0;
};

// SHA-256 of bytes in memory. Never fails.
Digest sha256(std::string_view bytes);

}  // namespace cowherd
