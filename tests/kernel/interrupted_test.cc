// SPDX-License-Identifier: Apache-2.0
// A process that is killed before or after any call to the kernel, or within the making of a device, leaves what
// the next one finishes; disks that are worked on side by side.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <thread>

#include "resources/block/exception_store.h"
#include "resources/block/kernel/dm_task.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

// Kills this process with SIGKILL at the n-th event; every call is two, before and after.
class Fuse {
 public:
  explicit Fuse(int events) : left_(events) {}
  template <class Call>
  auto around(Call call) {
    burn();
    auto answer = call();
    burn();
    return answer;
  }

 private:
  void burn() {
    if (left_-- == 0) ::raise(SIGKILL);
  }
  int left_;
};

class DyingDeviceMapper final : public DeviceMapper {
 public:
  DyingDeviceMapper(DeviceMapper& real, Fuse& fuse) : real_(real), fuse_(fuse) {}
  Result<std::vector<std::string>> targets() override { return real_.targets(); }
  Result<std::vector<DmDevice>> list() override { return real_.list(); }
  Result<DmDeviceDetail> look(const std::string& name) override { return real_.look(name); }
  Status create(const std::string& name, const std::string& uuid, const DmTable& table) override {
    return fuse_.around([&] { return real_.create(name, uuid, table); });
  }
  Status remove(const std::string& name) override {
    return fuse_.around([&] { return real_.remove(name); });
  }
  Status suspend(const std::string& name) override { return real_.suspend(name); }
  Status resume(const std::string& name) override {
    return fuse_.around([&] { return real_.resume(name); });
  }
  std::string node_of(const DmDevice& device) const override { return real_.node_of(device); }

 private:
  DeviceMapper& real_;
  Fuse& fuse_;
};

class DyingLoopDevices final : public LoopDevices {
 public:
  DyingLoopDevices(LoopDevices& real, Fuse& fuse) : real_(real), fuse_(fuse) {}
  Result<std::vector<LoopDevice>> list() override { return real_.list(); }
  Result<std::unique_ptr<LoopHandle>> attach(const std::string& file, LoopAccess access) override {
    return fuse_.around([&] { return real_.attach(file, access); });
  }
  Status refresh_size(DeviceNumber device) override { return real_.refresh_size(device); }

 private:
  LoopDevices& real_;
  Fuse& fuse_;
};

using Act = std::function<Result<Effect>(DiskDriver&)>;

// Does it in another process that dies at the n-th event. False: it lived through.
bool dies_at(int event, const Act& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    Fuse fuse(event);
    LinuxFileSystem files;
    LinuxFileParts parts;
    KernelDeviceMapper kernel;
    KernelLoopDevices loops;
    DyingDeviceMapper dm(kernel, fuse);
    DyingLoopDevices dying(loops, fuse);
    DmSnapshotDriver driver(dm, dying, files, parts, kDirectory);
    ::_exit(act(driver) ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "it failed";
  return WIFSIGNALED(status);
}

class InterruptedDisks : public KernelDisks {
 protected:
  // No loop without a device above it.
  void expect_no_loose_loops() {
    EXPECT_LE(attached().size(), devices().empty() ? 0u : 2u);
  }
  // One step of what KernelDeviceMapper::create does; there is no other user of the library meanwhile.
  static void step(int type, const std::string& name, const std::string& uuid, const DmTable& table) {
    auto task = DmTask::make(type, "step");
    ASSERT_THAT(task, Succeeds());
    ASSERT_THAT(task->set_name(name), Succeeds());
    if (!uuid.empty()) { ASSERT_THAT(task->set_uuid(uuid), Succeeds()); }
    for (const DmTarget& target : table) ASSERT_THAT(task->add_target(target), Succeeds());
    ASSERT_THAT(task->run(DmDuty::Look), Succeeds());
  }
};

TEST_F(InterruptedDisks, AnActivationKilledAnywhereIsFinishedByTheNext) {
  const DiskPlan disk = created('1');
  int events = 0;
  while (dies_at(events, [&](DiskDriver& driver) { return driver.activate(disk); })) {
    expect_no_loose_loops();
    ASSERT_THAT(driver_.activate(disk), Succeeds());
    ASSERT_TRUE(content(disk) == untouched().content()) << "after a kill at event " << events;
    ASSERT_THAT(driver_.deactivate(disk), Succeeds());
    ASSERT_TRUE(attached().empty()) << "after a kill at event " << events;
    ++events;
  }
  EXPECT_EQ(events, 8) << "two loops and two devices";
}

TEST_F(InterruptedDisks, AnActivationKilledAnywhereCanBeUndone) {
  const DiskPlan disk = created('1');
  for (int event = 0; dies_at(event, [&](DiskDriver& driver) { return driver.activate(disk); }); ++event) {
    ASSERT_THAT(driver_.deactivate(disk), Succeeds());
    ASSERT_TRUE(devices().empty() && attached().empty()) << "after a kill at event " << event;
  }
}

TEST_F(InterruptedDisks, ADeactivationKilledAnywhereIsFinishedByTheNext) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  write(disk, expected, Bytes{8192}, noise(kChunk, 3));
  int events = 0;
  while (dies_at(events, [&](DiskDriver& driver) { return driver.deactivate(disk); })) {
    ASSERT_THAT(driver_.deactivate(disk), Succeeds());
    ASSERT_TRUE(devices().empty() && attached().empty()) << "after a kill at event " << events;
    ASSERT_THAT(driver_.activate(disk), Succeeds());
    ASSERT_TRUE(content(disk) == expected.content()) << "after a kill at event " << events;
    ++events;
  }
  EXPECT_EQ(events, 4) << "two devices";
}

// --- killed within the making of a device: made, loaded, not resumed

TEST_F(InterruptedDisks, ADeviceWithoutATableIsMadeAnew) {
  const DiskPlan disk = created('1');
  for (const DmRole role : {DmRole::Base, DmRole::Root}) {
    step(DM_DEVICE_CREATE, dm_name(disk.uid, role), dm_uuid({kDirectory, disk.uid, role}), {});
    EXPECT_TRUE(seen(disk).interrupted);
    EXPECT_FALSE(seen(disk).active);
    ASSERT_THAT(driver_.activate(disk), Succeeds());
    EXPECT_TRUE(content(disk) == untouched().content());
    ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  }
}

TEST_F(InterruptedDisks, ADeviceWithoutATableIsRemoved) {
  const DiskPlan disk = created('1');
  for (const DmRole role : {DmRole::Base, DmRole::Root}) {
    step(DM_DEVICE_CREATE, dm_name(disk.uid, role), dm_uuid({kDirectory, disk.uid, role}), {});
    EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
    EXPECT_TRUE(devices().empty());
  }
}

TEST_F(InterruptedDisks, ALoadedTableThatWasNotResumedHoldsItsLoopsAndIsMadeAnew) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  write(disk, expected, Bytes{4096}, noise(kChunk, 6));
  const std::string name = dm_name(disk.uid, DmRole::Root);
  const DmTable table = host_.dm.look(name).value().table;
  {
    const auto cow = host_.loops.attach(disk.directory + "/rootfs.cow", LoopAccess::ReadWrite);
    ASSERT_THAT(cow, Succeeds());
    ASSERT_THAT(host_.dm.remove(name), Succeeds());
    step(DM_DEVICE_CREATE, name, dm_uuid({kDirectory, disk.uid, DmRole::Root}), {});
    step(DM_DEVICE_RELOAD, name, "", table);
  }
  EXPECT_EQ(attached().size(), 2u) << "the loaded table holds them";
  EXPECT_TRUE(seen(disk).interrupted);
  EXPECT_EQ(driver_.activate(disk).value(), Effect::Changed);
  EXPECT_TRUE(content(disk) == expected.content());
}

TEST_F(InterruptedDisks, ASuspendedDiskIsResumed) {
  const DiskPlan disk = activated('1');
  ASSERT_THAT(host_.dm.suspend(dm_name(disk.uid, DmRole::Root)), Succeeds());
  EXPECT_FALSE(seen(disk).active);
  EXPECT_TRUE(seen(disk).interrupted);
  EXPECT_EQ(driver_.activate(disk).value(), Effect::Changed);
  EXPECT_TRUE(content(disk) == untouched().content());
}

TEST_F(InterruptedDisks, ASuspendedDiskIsRemoved) {
  const DiskPlan disk = activated('1');
  for (const DmRole role : {DmRole::Root, DmRole::Base})
    ASSERT_THAT(host_.dm.suspend(dm_name(disk.uid, role)), Succeeds());
  EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
  EXPECT_TRUE(devices().empty() && attached().empty());
}

// --- side by side

TEST_F(InterruptedDisks, DisksAreActivatedAndDeactivatedSideBySide) {
  std::vector<DiskPlan> disks;
  for (const char digit : {'1', '2', '3', '4', '5', '6', '7', '8'}) disks.push_back(created(digit));
  const auto each = [&](const std::function<void(const DiskPlan&)>& act) {
    std::vector<std::thread> threads;
    for (const DiskPlan& disk : disks) threads.emplace_back([&] { act(disk); });
    for (std::thread& thread : threads) thread.join();
  };
  each([&](const DiskPlan& disk) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(driver_.activate(disk), Succeeds());
      EXPECT_TRUE(seen(disk).active);
      EXPECT_THAT(driver_.deactivate(disk), Succeeds());
    }
    EXPECT_THAT(driver_.activate(disk), Succeeds());
  });
  EXPECT_EQ(devices().size(), 16u);
  EXPECT_EQ(attached().size(), 9u) << "eight stores and one image";
  for (const DiskPlan& disk : disks) EXPECT_TRUE(content(disk) == untouched().content());
}

}  // namespace
}  // namespace cowherd::testing
