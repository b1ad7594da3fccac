// SPDX-License-Identifier: Apache-2.0
// What every DeviceMapper does, fake or real. Include it in one test file per program, then
// INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <algorithm>
#include <optional>

#include "resources/block/exception_store.h"
#include "resources/block/host_listing.h"
#include "tests/contract/block_bed.h"

namespace cowherd::testing {

class DeviceMapperContract : public ::testing::TestWithParam<MakeBlockBed> {
 protected:
  ~DeviceMapperContract() override {
    // Users leave before what they stand on.
    for (auto name = made_.rbegin(); name != made_.rend(); ++name) static_cast<void>(dm_.remove(*name));
  }

  Status create(const std::string& name, const std::string& uuid, const DmTable& table) {
    const Status made = dm_.create(name, uuid, table);
    if (made) made_.push_back(name);
    return made;
  }
  std::optional<DmDevice> listed(const std::string& name) {
    const auto all = dm_.list();
    EXPECT_THAT(all, Succeeds());
    const auto found =
        std::find_if(all->begin(), all->end(), [&](const DmDevice& d) { return d.name == name; });
    return found == all->end() ? std::nullopt : std::optional<DmDevice>(*found);
  }
  std::unique_ptr<LoopHandle> loop(const std::string& name, std::string_view front, Bytes size,
                                   LoopAccess access) {
    const std::string path = bed_->root() + "/" + name;
    EXPECT_THAT(bed_->files().write(path, front), Succeeds());
    EXPECT_THAT(bed_->files().resize(path, size), Succeeds());
    auto attached = bed_->loops().attach(path, access);
    EXPECT_THAT(attached, Succeeds());
    return attached ? *std::move(attached) : nullptr;
  }
  static DmTable zeroes(std::uint64_t sectors) { return {{Sectors{0}, Sectors{sectors}, ZeroTarget{}}}; }

  std::unique_ptr<BlockBed> bed_ = GetParam()();
  DeviceMapper& dm_ = bed_->dm();
  std::vector<std::string> made_{};
};

TEST_P(DeviceMapperContract, OffersTheTargetsADiskNeeds) {
  const auto targets = dm_.targets();
  ASSERT_THAT(targets, Succeeds());
  EXPECT_THAT(*targets, ::testing::IsSupersetOf({"linear", "snapshot", "zero"}));
}

TEST_P(DeviceMapperContract, ACreatedDeviceIsListedWithItsUuidAndHasANode) {
  ASSERT_THAT(create("t-one", "T-1", zeroes(2048)), Succeeds());
  const auto device = listed("t-one");
  ASSERT_TRUE(device);
  EXPECT_EQ(device->uuid, "T-1");
  EXPECT_EQ(device->open_count, 0);
  EXPECT_FALSE(device->suspended);
  EXPECT_TRUE(device->has_live_table);
  EXPECT_EQ(dm_.node_of(*device).rfind("/dev/", 0), 0u);
}

TEST_P(DeviceMapperContract, ListsByName) {
  ASSERT_THAT(create("t-two", "T-2", zeroes(8)), Succeeds());
  ASSERT_THAT(create("t-one", "T-1", zeroes(8)), Succeeds());
  const auto all = dm_.list();
  ASSERT_THAT(all, Succeeds());
  EXPECT_TRUE(std::is_sorted(all->begin(), all->end(), [](auto& a, auto& b) { return a.name < b.name; }));
}

TEST_P(DeviceMapperContract, DevicesAreFoundByNameOrUuidOnceEach) {
  for (const char* digit : {"1", "2", "3"}) {
    ASSERT_THAT(create(std::string("t-") + digit, std::string("T-") + digit, zeroes(8)), Succeeds());
  }
  const auto found = dm_.find({"t-3", "t-none", "t-1"}, {"T-1", "T-2x", "t-2"});
  ASSERT_THAT(found, Succeeds());
  EXPECT_EQ(*found, (std::vector<DmDevice>{*listed("t-1"), *listed("t-3")}));
  const auto by_uuid = dm_.find({}, {"T-2"});
  ASSERT_THAT(by_uuid, Succeeds());
  EXPECT_EQ(*by_uuid, std::vector<DmDevice>{*listed("t-2")});
  EXPECT_TRUE(dm_.find({"t-none"}, {"T-none"})->empty());
}

TEST_P(DeviceMapperContract, AnotherDeviceOfATakenNameIsBusyAndChangesNothing) {
  ASSERT_THAT(create("t-one", "T-1", zeroes(2048)), Succeeds());
  EXPECT_THAT(dm_.create("t-one", "T-2", zeroes(8)), FailsWith(ErrorKind::Busy));
  const auto detail = dm_.look("t-one");
  ASSERT_THAT(detail, Succeeds());
  EXPECT_EQ(detail->device.uuid, "T-1");
  EXPECT_EQ(detail->table, zeroes(2048));
}

TEST_P(DeviceMapperContract, AnotherDeviceOfATakenUuidIsBusy) {
  ASSERT_THAT(create("t-one", "T-1", zeroes(8)), Succeeds());
  EXPECT_THAT(create("t-two", "T-1", zeroes(8)), FailsWith(ErrorKind::Busy));
  EXPECT_FALSE(listed("t-two"));
}

TEST_P(DeviceMapperContract, WhatIsAbsentIsNotFound) {
  EXPECT_THAT(dm_.look("t-none"), FailsWith(ErrorKind::NotFound));
  EXPECT_THAT(dm_.remove("t-none"), FailsWith(ErrorKind::NotFound));
  EXPECT_THAT(dm_.suspend("t-none"), FailsWith(ErrorKind::NotFound));
  EXPECT_THAT(dm_.resume("t-none"), FailsWith(ErrorKind::NotFound));
}

TEST_P(DeviceMapperContract, ARemovedDeviceIsGone) {
  ASSERT_THAT(create("t-one", "T-1", zeroes(8)), Succeeds());
  EXPECT_THAT(dm_.remove("t-one"), Succeeds());
  EXPECT_FALSE(listed("t-one"));
}

TEST_P(DeviceMapperContract, ADeviceThatIsOpenIsCountedAndCannotBeRemoved) {
  ASSERT_THAT(create("t-one", "T-1", zeroes(8)), Succeeds());
  auto held = bed_->open_node(dm_.node_of(*listed("t-one")));
  EXPECT_EQ(listed("t-one")->open_count, 1);
  EXPECT_THAT(dm_.remove("t-one"), FailsWith(ErrorKind::Busy));
  EXPECT_TRUE(listed("t-one"));
  held.reset();
  EXPECT_THAT(dm_.remove("t-one"), Succeeds());
}

TEST_P(DeviceMapperContract, ADeviceThatIsStoodUponCannotBeRemoved) {
  ASSERT_THAT(create("t-low", "T-1", zeroes(16)), Succeeds());
  const DmTable above{{Sectors{0}, Sectors{8}, LinearTarget{listed("t-low")->device, Sectors{8}}}};
  ASSERT_THAT(create("t-top", "T-2", above), Succeeds());
  EXPECT_THAT(dm_.remove("t-low"), FailsWith(ErrorKind::Busy));
  EXPECT_THAT(dm_.remove("t-top"), Succeeds());
  EXPECT_THAT(dm_.remove("t-low"), Succeeds());
}

TEST_P(DeviceMapperContract, SuspendAndResumeCanBeRepeated) {
  ASSERT_THAT(create("t-one", "T-1", zeroes(8)), Succeeds());
  for (int i = 0; i < 2; ++i) EXPECT_THAT(dm_.suspend("t-one"), Succeeds());
  EXPECT_TRUE(listed("t-one")->suspended);
  for (int i = 0; i < 2; ++i) EXPECT_THAT(dm_.resume("t-one"), Succeeds());
  EXPECT_FALSE(listed("t-one")->suspended);
}

TEST_P(DeviceMapperContract, ATableThatCannotBeLoadedLeavesNoDeviceAndIsNotAbsence) {
  // No loop: the kernel makes one, empty, for any number that is asked for.
  const DmTable nowhere{{Sectors{0}, Sectors{8}, LinearTarget{DeviceNumber{4000, 1}, Sectors{0}}}};
  EXPECT_THAT(create("t-one", "T-1", nowhere), FailsWith(ErrorKind::Failed));
  EXPECT_FALSE(listed("t-one"));
}

TEST_P(DeviceMapperContract, ATableReadsBackAsItWasLoaded) {
  const auto image = loop("image", "data", Bytes{8192}, LoopAccess::ReadOnly);
  ASSERT_TRUE(image);
  const DmTable table = base_table(image->loop().device, Sectors{16}, Sectors{64});
  ASSERT_THAT(create("t-base", "T-1", table), Succeeds());
  const auto detail = dm_.look("t-base");
  ASSERT_THAT(detail, Succeeds());
  EXPECT_EQ(detail->table, table) << print_table(detail->table);
}

TEST_P(DeviceMapperContract, AnEmptyStoreOfOursIsTakenAndItsUsageReported) {
  const auto image = loop("image", "data", Bytes{65536}, LoopAccess::ReadOnly);
  const auto cow = loop("cow", empty_store_front(), Bytes{40960}, LoopAccess::ReadWrite);
  ASSERT_TRUE(image && cow);
  const DmTable table = root_table(image->loop().device, cow->loop().device, Sectors{128});
  ASSERT_THAT(create("t-root", "T-1", table), Succeeds());
  const auto detail = dm_.look("t-root");
  ASSERT_THAT(detail, Succeeds());
  EXPECT_EQ(detail->table, table) << print_table(detail->table);
  ASSERT_EQ(detail->status.size(), 1u);
  const SnapshotStatus status = parse_snapshot_status(detail->status[0]);
  ASSERT_TRUE(std::holds_alternative<SnapshotUsage>(status)) << detail->status[0];
  EXPECT_EQ(std::get<SnapshotUsage>(status), (SnapshotUsage{Sectors{16}, Sectors{80}, Sectors{16}}));
}

TEST_P(DeviceMapperContract, AStoreThatGrewIsLargerWithoutAReload) {
  const auto image = loop("image", "data", Bytes{65536}, LoopAccess::ReadOnly);
  const auto cow = loop("cow", empty_store_front(), Bytes{40960}, LoopAccess::ReadWrite);
  ASSERT_TRUE(image && cow);
  ASSERT_THAT(create("t-root", "T-1", root_table(image->loop().device, cow->loop().device, Sectors{128})), Succeeds());
  ASSERT_THAT(bed_->files().resize(bed_->root() + "/cow", Bytes{81920}), Succeeds());
  ASSERT_THAT(bed_->loops().refresh_size(cow->loop().device), Succeeds());
  const SnapshotStatus status = parse_snapshot_status(dm_.look("t-root")->status.at(0));
  ASSERT_TRUE(std::holds_alternative<SnapshotUsage>(status));
  EXPECT_EQ(std::get<SnapshotUsage>(status), (SnapshotUsage{Sectors{16}, Sectors{160}, Sectors{16}}));
}

TEST_P(DeviceMapperContract, AStoreOfAnotherKindIsRefused) {
  const auto image = loop("image", "data", Bytes{65536}, LoopAccess::ReadOnly);
  const auto cow = loop("cow", "no exception store at all", Bytes{40960}, LoopAccess::ReadWrite);
  ASSERT_TRUE(image && cow);
  EXPECT_THAT(create("t-root", "T-1", root_table(image->loop().device, cow->loop().device, Sectors{128})),
              FailsWith(ErrorKind::Failed));
  EXPECT_FALSE(listed("t-root"));
}

TEST_P(DeviceMapperContract, AStoreServesOneDevice) {
  const auto image = loop("image", "data", Bytes{65536}, LoopAccess::ReadOnly);
  const auto cow = loop("cow", empty_store_front(), Bytes{40960}, LoopAccess::ReadWrite);
  ASSERT_TRUE(image && cow);
  const DmTable table = root_table(image->loop().device, cow->loop().device, Sectors{128});
  ASSERT_THAT(create("t-root", "T-1", table), Succeeds());
  EXPECT_FALSE(create("t-twin", "T-2", table));
  EXPECT_FALSE(listed("t-twin"));
}

}  // namespace cowherd::testing
