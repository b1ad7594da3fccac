// SPDX-License-Identifier: Apache-2.0
// What every LoopDevices does, fake or real. Include it in one test file per program, then
// INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <algorithm>

#include "tests/contract/block_bed.h"

namespace cowherd::testing {

class LoopDevicesContract : public ::testing::TestWithParam<MakeBlockBed> {
 protected:
  std::string file(const std::string& name, Bytes size = Bytes{8192}) {
    const std::string path = bed_->root() + "/" + name;
    EXPECT_THAT(bed_->files().write(path, "content of " + name), Succeeds());
    EXPECT_THAT(bed_->files().resize(path, size), Succeeds());
    return path;
  }
  FileId id_of(const std::string& path) { return bed_->files().stat(path).value().id; }
  // How many loops stand on the file.
  std::ptrdiff_t attached(const FileId& id) {
    const auto all = loops_.list();
    EXPECT_THAT(all, Succeeds());
    return std::count_if(all->begin(), all->end(),
                         [&](const LoopDevice& loop) { return loop.backing == id; });
  }

  std::unique_ptr<BlockBed> bed_ = GetParam()();
  LoopDevices& loops_ = bed_->loops();
};

TEST_P(LoopDevicesContract, AnAttachedLoopTellsItsFileSizeAndAccess) {
  const std::string path = file("f", Bytes{10240});
  const auto handle = loops_.attach(path, LoopAccess::ReadOnly);
  ASSERT_THAT(handle, Succeeds());
  const LoopDevice& loop = (*handle)->loop();
  EXPECT_EQ(loop.backing, id_of(path));
  EXPECT_EQ(loop.size, Bytes{10240});
  EXPECT_EQ(loop.access, LoopAccess::ReadOnly);
  EXPECT_TRUE(loop.autoclear);
  const auto all = loops_.list();
  ASSERT_THAT(all, Succeeds());
  EXPECT_THAT(*all, ::testing::Contains(loop));
}

TEST_P(LoopDevicesContract, ALoopGoesWithItsLastHolder) {
  const std::string path = file("f");
  auto handle = loops_.attach(path, LoopAccess::ReadWrite);
  ASSERT_THAT(handle, Succeeds());
  EXPECT_EQ(attached(id_of(path)), 1);
  handle->reset();
  EXPECT_EQ(attached(id_of(path)), 0);
}

TEST_P(LoopDevicesContract, TheSameFileIsSharedWhateverItIsCalled) {
  const std::string path = file("f");
  const std::string other = bed_->root() + "/other-name";
  ASSERT_THAT(bed_->files().link(path, other), Succeeds());
  auto first = loops_.attach(path, LoopAccess::ReadOnly);
  const auto second = loops_.attach(other, LoopAccess::ReadOnly);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE((*first)->made());
  EXPECT_FALSE((*second)->made());
  EXPECT_EQ((*first)->loop(), (*second)->loop());
  EXPECT_EQ(attached(id_of(path)), 1);
  first->reset();
  EXPECT_EQ(attached(id_of(path)), 1) << "the second handle holds it";
}

TEST_P(LoopDevicesContract, AnotherAccessToTheSameFileIsBusy) {
  const std::string path = file("f");
  {
    const auto reader = loops_.attach(path, LoopAccess::ReadOnly);
    ASSERT_THAT(reader, Succeeds());
    EXPECT_THAT(loops_.attach(path, LoopAccess::ReadWrite), FailsWith(ErrorKind::Busy));
  }
  const auto writer = loops_.attach(path, LoopAccess::ReadWrite);
  ASSERT_THAT(writer, Succeeds());
  EXPECT_THAT(loops_.attach(path, LoopAccess::ReadOnly), FailsWith(ErrorKind::Busy));
}

TEST_P(LoopDevicesContract, WhatIsNoFileIsNotAttached) {
  EXPECT_THAT(loops_.attach(bed_->root() + "/none", LoopAccess::ReadOnly), FailsWith(ErrorKind::NotFound));
  EXPECT_THAT(loops_.attach(bed_->root(), LoopAccess::ReadOnly), FailsWith(ErrorKind::Invalid));
}

TEST_P(LoopDevicesContract, ATableHoldsTheLoopWhenTheHandleIsGone) {
  const std::string path = file("f");
  auto handle = loops_.attach(path, LoopAccess::ReadOnly);
  ASSERT_THAT(handle, Succeeds());
  const DmTable table{{Sectors{0}, Sectors{16}, LinearTarget{(*handle)->loop().device, Sectors{0}}}};
  ASSERT_THAT(bed_->dm().create("t-linear", "T-1", table), Succeeds());
  handle->reset();
  EXPECT_EQ(attached(id_of(path)), 1);
  ASSERT_THAT(bed_->dm().remove("t-linear"), Succeeds());
  EXPECT_EQ(attached(id_of(path)), 0);
}

TEST_P(LoopDevicesContract, ARenamedFileIsStillTheSame) {
  const std::string path = file("f");
  const FileId id = id_of(path);
  const auto handle = loops_.attach(path, LoopAccess::ReadWrite);
  ASSERT_THAT(handle, Succeeds());
  ASSERT_THAT(bed_->files().rename(path, bed_->root() + "/g", RenameMode::NoReplace), Succeeds());
  EXPECT_EQ(attached(id), 1);
  const auto again = loops_.attach(bed_->root() + "/g", LoopAccess::ReadWrite);
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ((*again)->loop().device, (*handle)->loop().device);
}

TEST_P(LoopDevicesContract, AGrownFileIsTakenOverWhenAsked) {
  const std::string path = file("f");
  const auto handle = loops_.attach(path, LoopAccess::ReadWrite);
  ASSERT_THAT(handle, Succeeds());
  ASSERT_THAT(bed_->files().resize(path, Bytes{16384}), Succeeds());
  ASSERT_THAT(loops_.refresh_size((*handle)->loop().device), Succeeds());
  const auto all = loops_.list();
  ASSERT_THAT(all, Succeeds());
  const auto found = std::find_if(all->begin(), all->end(),
                                  [&](const LoopDevice& l) { return l.device == (*handle)->loop().device; });
  ASSERT_NE(found, all->end());
  EXPECT_EQ(found->size, Bytes{16384});
}

TEST_P(LoopDevicesContract, RefreshingAnAbsentLoopIsNotFound) {
  EXPECT_THAT(loops_.refresh_size(DeviceNumber{7, 4095}), FailsWith(ErrorKind::NotFound));
}

TEST_P(LoopDevicesContract, TheFrontIsTheFilesAndEndsWithIt) {
  const std::string path = file("f", Bytes{4096});
  const auto handle = loops_.attach(path, LoopAccess::ReadWrite);
  ASSERT_THAT(handle, Succeeds());
  const auto front = (*handle)->read_front(Bytes{8192});
  ASSERT_THAT(front, Succeeds());
  EXPECT_EQ(front->size(), 4096u);
  EXPECT_EQ(front->substr(0, 12), "content of f");
}

}  // namespace cowherd::testing
