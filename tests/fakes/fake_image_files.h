// SPDX-License-Identifier: Apache-2.0
// Content of memory files on the fake file system. An open file keeps the content it had when it was opened;
// what is written is not durable until synced. Nothing is shared: every copy counts as copied.
#pragma once

#include "resources/memory/image_files.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

// Bytes in a test's hand as a guest memory.
class BufferMemory final : public MemorySource {
 public:
  explicit BufferMemory(std::string bytes) : bytes_(std::move(bytes)) {}
  Bytes size() const override { return Bytes{bytes_.size()}; }
  Status read(Bytes offset, std::span<char> to) const override;
  Result<PageRange> next_data(Bytes offset) const override;

 private:
  std::string bytes_{};
};

class FakeImageFiles final : public ImageFiles {
 public:
  FakeImageFiles(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  Result<std::unique_ptr<MemorySource>> open(const std::string& path) override;
  Result<std::unique_ptr<ImageWriter>> create(const std::string& path) override;

 private:
  class Writer;
  FakeFileSystem& files_;
  Faults& faults_;
};

}  // namespace cowherd::testing
