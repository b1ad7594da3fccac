// SPDX-License-Identifier: Apache-2.0
// A store on a fake host, and the objects its tests put there.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "resources/files/publish.h"
#include "resources/store/store.h"
#include "tests/fakes/fake_bulk_files.h"
#include "tests/fakes/manual_clock.h"

namespace cowherd::testing {

// Images as these tests write them: "qcow2:" before the raw content is the other format.
class PrefixImageTools final : public ImageTools {
 public:
  PrefixImageTools(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}
  Result<ImageInfo> inspect(const std::string& path) override;
  Status convert_to_raw(const std::string& from, const std::string& to, const BulkControl& control) override;
  Status create_overlay(const std::string& base, const std::string& overlay, Bytes size) override;
  Status resize_overlay(const std::string& overlay, Bytes size) override;

 private:
  FakeFileSystem& files_;
  Faults& faults_;
};

// What outlives a process: the files and the time. The store itself dies and is made anew.
struct StoreBed {
  Faults faults{};
  FakeFileSystem files{faults};
  FakeBulkFiles bulk{files, faults};
  PrefixImageTools images{files, faults};
  ManualClock clock{};
  Layout layout{"/state"};

  StoreBed();
  Store store() { return Store(files, bulk, images, clock, layout); }
  ImportRequest request(const std::string& template_name = "base", const std::string& image = "/srv/image");
};

SandboxIdentity sandbox_identity(const std::string& name, int number);
RevisionIdentity revision_identity();
Digest digest_of(const std::string& text);

}  // namespace cowherd::testing
