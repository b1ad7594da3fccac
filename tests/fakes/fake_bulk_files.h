// SPDX-License-Identifier: Apache-2.0
// Bulk work on the fake file system. Copies are not durable until synced; free space is what the fake has left.
#pragma once

#include "resources/files/bulk.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

class FakeBulkFiles final : public BulkFiles {
 public:
  FakeBulkFiles(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  Result<CopyReport> copy(const std::string& from, const std::string& to, const BulkControl& control) override;
  Result<Digest> digest(const std::string& path, const BulkControl& control) override;
  Result<FileStamp> stamp(const std::string& path) override;
  Result<SpaceInfo> space(const std::string& path) override;

  // Runs in the middle of the next copy or digest: what somebody else does meanwhile.
  void meanwhile(std::function<void()> what) { meanwhile_ = std::move(what); }
  int copies() const { return copies_; }

 private:
  void let_others_act();

  FakeFileSystem& files_;
  Faults& faults_;
  std::function<void()> meanwhile_{};
  int copies_ = 0;
};

}  // namespace cowherd::testing
