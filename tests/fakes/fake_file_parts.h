// SPDX-License-Identifier: Apache-2.0
// Parts of files on the fake file system. An open file is looked up by its path again with every call. What is written
// is not durable until synced.
#pragma once

#include <functional>
#include <map>

#include "resources/files/file_parts.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

class FakeFileParts final : public FileParts {
 public:
  FakeFileParts(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  Result<std::unique_ptr<FileReader>> open(const std::string& path) override;
  Result<std::unique_ptr<FilePatcher>> patch(const std::string& path) override;

  // --- the world's hand
  void set_writers(const std::string& path, Writers writers) { writers_[path] = writers; }
  // Runs before the next write to a file: what somebody else does meanwhile.
  void meanwhile(std::function<void()> what) { meanwhile_ = std::move(what); }

 private:
  class Reader;
  class Patcher;
  Status is_regular(const std::string& path, std::string_view doing) const;

  FakeFileSystem& files_;
  Faults& faults_;
  std::map<std::string, Writers> writers_{};
  std::function<void()> meanwhile_{};
};

}  // namespace cowherd::testing
