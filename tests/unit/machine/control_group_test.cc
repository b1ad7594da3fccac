// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/control_group.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "resources/files/linux_file_system.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

GroupHost a_host() { return {"/sys/fs/cgroup", "cpuset cpu io memory hugetlb pids\n", true, true, true}; }
GroupPolicy a_policy(OwnGroups wanted = OwnGroups::Auto) { return {wanted, 384_MiB}; }

MachineSpec a_spec() {
  MachineSpec spec;
  spec.uid = Uid::from_random({0xab});
  spec.vcpus = 2;
  spec.memory = 512_MiB;
  return spec;
}

std::string why_none(const GroupHost& host) {
  const Result<GroupChoice> choice = choose_group(a_policy(), host);
  EXPECT_EQ(choice->kind, GroupKind::None);
  EXPECT_EQ(choose_group(a_policy(OwnGroups::Always), host).error().kind, ErrorKind::Denied);
  return choice->reason;
}

TEST(ChooseGroup, RootUnderSystemdGetsScopesAndWithoutSystemdLeaves) {
  EXPECT_EQ(choose_group(a_policy(), a_host())->kind, GroupKind::Scope);
  GroupHost host = a_host();
  host.has_systemd = false;
  EXPECT_EQ(choose_group(a_policy(), host)->kind, GroupKind::Leaf);
  host.is_root = false;  // a hierarchy that was handed to it
  EXPECT_EQ(choose_group(a_policy(OwnGroups::Always), host)->kind, GroupKind::Leaf);
}

TEST(ChooseGroup, WhereThereIsNoneTheReasonIsTold) {
  GroupHost host = a_host();
  host.is_root = false;
  EXPECT_THAT(why_none(host), HasSubstr("only root"));
  host.has_systemd = false;
  host.is_writable = false;
  EXPECT_THAT(why_none(host), HasSubstr("cannot be written to"));
  host = a_host();
  host.controllers = "cpu cpuset pids";
  EXPECT_THAT(why_none(host), HasSubstr("no controller 'memory'"));
  host.mount.clear();
  EXPECT_THAT(why_none(host), HasSubstr("not mounted"));
  EXPECT_EQ(choose_group(a_policy(OwnGroups::Never), a_host())->kind, GroupKind::None);
}

TEST(CgroupMount, IsThatOfVersionTwo) {
  EXPECT_EQ(cgroup_mount("24 23 0:22 / /sys rw - sysfs sysfs rw\n"
                         "30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                         "31 24 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"),
            "/sys/fs/cgroup/unified");
  EXPECT_EQ(cgroup_mount("30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"), "");
  EXPECT_EQ(cgroup_mount(""), "");
}

TEST(PlanGroup, HasTheGuestsProcessorsAndItsMemoryWithWhatTheVmmNeeds) {
  const RuntimeDir dir("/run/cowherd/0123abcd", a_spec().uid);
  const VmmGroup scope = plan_group(*choose_group(a_policy(), a_host()), a_policy(), a_spec(), dir);
  EXPECT_EQ(scope.bounds, (MachineBounds{"cowherd-0123abcdab0000000000.scope", 2, 896_MiB, 130}));
  EXPECT_EQ(scope.counted, "/sys/fs/cgroup/cowherd.slice/cowherd-0123abcdab0000000000.slice");
  GroupHost host = a_host();
  host.has_systemd = false;
  const VmmGroup leaf = plan_group(*choose_group(a_policy(), host), a_policy(), a_spec(), dir);
  EXPECT_EQ(leaf.counted, "/sys/fs/cgroup/cowherd/0123abcd/ab0000000000");
  EXPECT_EQ(leaf.bounds.group, leaf.counted);
}

TEST(OomKills, AreReadFromTheEventsOfTheGroup) {
  EXPECT_EQ(oom_kills("low 0\nhigh 0\nmax 69\noom 1\noom_kill 2\noom_group_kill 0\n"), 2U);
  EXPECT_EQ(oom_kills("low 0\nhigh 0\nmax 0\noom 3\noom_kill 0\n"), 0U);
  EXPECT_EQ(oom_kills(""), 0U);
}

TEST(Leaf, HasItsLimitsBeforeTheProcess) {
  const TemporaryDirectory dir;
  LinuxFileSystem files;
  VmmGroup group = plan_group({GroupKind::Leaf, dir.path(), ""}, a_policy(), a_spec(), RuntimeDir("/run/cowherd/mine", a_spec().uid));
  ASSERT_TRUE(leave_group(files, group)) << "one that is not there";
  EXPECT_FALSE(ran_out_of_memory(files, group));
  ASSERT_TRUE(enter_group(files, group, "web", 4711));
  const auto text = [&](const std::string& name) { return files.read(group.counted + "/" + name, 4_KiB).value(); };
  EXPECT_EQ(text("cpu.max"), "200000 100000");
  EXPECT_EQ(text("memory.max"), std::to_string((896_MiB).value));
  EXPECT_EQ(text("pids.max"), "130");
  EXPECT_EQ(text("cgroup.procs"), "4711");
  for (const char* above : {"", "/cowherd", "/cowherd/mine"}) {
    EXPECT_EQ(files.read(dir.path() + above + "/cgroup.subtree_control", 4_KiB).value(), "+cpu +memory +pids");
  }
  std::filesystem::remove(group.counted + "/cpu.max");
  std::filesystem::create_directory(group.counted + "/cpu.max");
  EXPECT_FALSE(enter_group(files, group, "web", 4712));
  EXPECT_EQ(text("cgroup.procs"), "4711") << "without its limits nothing enters";
}

}  // namespace
}  // namespace cowherd::testing
