// SPDX-License-Identifier: Apache-2.0
// An overlay of ours on its base becomes a raw image, by the real qemu-img and by the fake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resources/block/qemu_img/qemu_image_tools.h"
#include "resources/files/linux_file_system.h"
#include "resources/process/child_process.h"
#include "tests/contract/block_bed.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/fake_image_tools.h"

namespace cowherd::testing {
namespace {

// A base of 1 MiB under a name that options must spell with care, and an overlay of 2 MiB on it.
class FlattenOverlay : public ::testing::Test {
 protected:
  FlattenOverlay() {
    EXPECT_THAT(files_.make_directory(root_ / "a,b"), Succeeds());
    EXPECT_THAT(files_.write(base_, image_), Succeeds());
    EXPECT_THAT(tools_.create_overlay(base_, overlay_, 2_MiB), Succeeds());
  }
  // As a guest would: so many bytes of 0xab.
  void write(Bytes offset, Bytes count) {
    const ChildProcess io{"qemu-io",
                          {"-f", "qcow2", "-c", "write -P 0xab " + std::to_string(offset.value) + " " + std::to_string(count.value), overlay_},
                          -1,
                          std::chrono::minutes{1}};
    const auto done = run_child(io);
    ASSERT_THAT(done, Succeeds());
    ASSERT_EQ(done->exit_status, 0) << done->errors;
  }
  Status flatten(const BulkControl& control = {}) { return tools_.flatten_overlay(base_, overlay_, flat_, control); }

  TemporaryDirectory root_{};
  LinuxFileSystem files_{};
  QemuImageTools tools_{};
  std::string base_ = root_ / "a,b/rootfs.ext4";
  std::string overlay_ = root_ / "rootfs.qcow2";
  std::string flat_ = root_ / "flat,driver=qcow2";
  std::string image_ = "QFI\xfb" + std::string((1 << 20) - 4, 'b');  // what probing would take for a qcow2 image
};

TEST_F(FlattenOverlay, TheResultIsTheBaseUnderWhatWasWrittenAndZeroesBehindIt) {
  write(Bytes{65536 - 512}, 4_KiB);
  write(Bytes{(1 << 20) + 8192}, 4_KiB);
  std::vector<Bytes> told;
  BulkControl control;
  control.progress = [&](Bytes done, Bytes) { told.push_back(done); };
  ASSERT_THAT(flatten(control), Succeeds());
  std::string expected = image_;
  expected.resize(2 << 20);
  for (const std::size_t at : {std::size_t{65536 - 512}, std::size_t{(1 << 20) + 8192}}) expected.replace(at, 4096, 4096, '\xab');
  EXPECT_TRUE(*files_.read(flat_, 4_MiB) == expected);
  EXPECT_LE(files_.stat(flat_)->allocated, 1_MiB + 128_KiB) << "the tail is a hole";
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), 2_MiB);
}

TEST_F(FlattenOverlay, TheBaseIsTheOneThatIsGivenWhateverIsRecorded) {
  ASSERT_THAT(files_.rename(base_, root_ / "moved", RenameMode::NoReplace), Succeeds());
  base_ = root_ / "moved";
  ASSERT_THAT(flatten(), Succeeds());
  EXPECT_TRUE(files_.read(flat_, 4_MiB)->substr(0, image_.size()) == image_);
}

TEST_F(FlattenOverlay, AnExistingFileIsBusyAndKept) {
  ASSERT_THAT(files_.write(flat_, "kept"), Succeeds());
  EXPECT_THAT(flatten(), FailsWith(ErrorKind::Busy));
  EXPECT_EQ(*files_.read(flat_, 4_MiB), "kept");
}

TEST_F(FlattenOverlay, AFailureLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  BulkControl control;
  control.stop = stop.get_token();
  // It may be done before it hears that it should stop.
  if (!flatten(control)) {
    EXPECT_THAT(files_.stat(flat_), FailsWith(ErrorKind::NotFound));
  }
  base_ = root_ / "none";
  EXPECT_THAT(flatten(), FailsWith(ErrorKind::NotFound));
  base_ = "relative";
  EXPECT_THAT(flatten(), FailsWith(ErrorKind::Invalid));
}

TEST_F(FlattenOverlay, WhatIsNoOverlayIsCorrupt) {
  ASSERT_THAT(files_.write(overlay_, std::string(65536, 'x')), Succeeds());
  EXPECT_THAT(flatten(), FailsWith(ErrorKind::Corrupt));
}

TEST(FakeFlattenOverlay, LaysTheOverlaysDataOverTheBase) {
  Faults faults;
  FakeFileSystem files(faults);
  FakeImageTools tools(files, faults);
  files.put("/s/base", "base content");
  files.put("/s/overlay", qcow2_image(Bytes{4096}, "base", "OVER"));
  ASSERT_THAT(tools.flatten_overlay("/s/base", "/s/overlay", "/s/flat", {}), Succeeds());
  EXPECT_EQ(files.content_of("/s/flat")->bytes, "OVER content");
  EXPECT_EQ(files.content_of("/s/flat")->size, Bytes{4096});
  EXPECT_THAT(tools.flatten_overlay("/s/base", "/s/overlay", "/s/flat", {}), FailsWith(ErrorKind::Busy));
}

}  // namespace
}  // namespace cowherd::testing
