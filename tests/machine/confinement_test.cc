// SPDX-License-Identifier: Apache-2.0
// What a VMM that has been taken over could do: seen from its process, and tried by another program that is started as a
// VMM is. For root; where this process cannot give users away, only what holds without them is asked.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "resources/files/bulk.h"
#include "resources/files/system_calls.h"
#include "resources/machine/qemu/held_child.h"
#include "resources/machine/qemu/private_image.h"
#include "tests/machine/qemu_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string line_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name, 0) == 0) return line;
  }
  return "";
}

std::string in_all_four(const std::string& name, std::uint32_t id) {
  const std::string number = "\t" + std::to_string(id);
  return name + ":" + number + number + number + number;
}

std::uint32_t owner_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_uid : 0;
}

class ConfinedVmm : public ::testing::Test {
 protected:
  void SetUp() override {
    LinuxFileSystem files;
    const std::string why = why_no_users(bed_.settings().users.range, read_own_rights(files));
    if (!why.empty()) GTEST_SKIP() << why;
    start(spec_);
  }
  void start(const MachineSpec& spec) {
    const Status started = bed_.machines().start(spec);
    ASSERT_TRUE(started) << to_string(started.error());
  }
  static void expect(const Status& status) { ASSERT_TRUE(status) << to_string(status.error()); }
  std::string proc(const Uid& uid, const char* entry) { return "/proc/" + std::to_string(bed_.pid_of(uid)) + "/" + entry; }
  std::uint32_t user_of(const Uid& uid) {
    LinuxFileSystem files;
    return read_record(files, bed_.runtime(uid), uid)->host_user.value();
  }
  SavedGuest keep_and_end() {
    const SavedGuest saved{"kept", bed_.path("kept.state"), bed_.path("kept.memory")};
    expect(bed_.machines().freeze(spec_.uid));
    expect(bed_.machines().save_state(spec_.uid, saved.state_file));
    bed_.write_image(*bed_.machines().memory(spec_.uid)->content, saved.memory_image);
    expect(bed_.machines().stop(spec_.uid, StopMode::Kill, Span{0}));
    expect(bed_.machines().reap(spec_.uid));
    return saved;
  }
  // What a script prints that runs as a VMM would.
  std::string run_as(std::optional<ChildUser> user, const std::string& script) {
    const std::string to = bed_.path("out");
    std::filesystem::remove(to);
    ChildPlan plan;
    plan.program = "/bin/sh";
    plan.arguments = {"sh", "-c", script};
    plan.input = *open_path("/dev/null", O_RDONLY, "open");
    plan.output = *open_path(to, O_WRONLY | O_CREAT, "create");
    plan.errors = *open_path("/dev/null", O_WRONLY, "open");
    plan.user = user;
    Result<HeldChild> child = HeldChild::fork(std::move(plan));
    ProcessIdentity identity{child->pid(), *process_start_time(child->pid()), *current_boot_id(), {}};
    const Result<UniqueFd> pidfd = open_process(identity);
    EXPECT_TRUE(child->release());
    EXPECT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{20})));
    EXPECT_TRUE(collect_child(identity));
    return read_whole(to);
  }

  QemuBed bed_{};
  MachineSpec spec_ = bed_.spec(1);
};

TEST_F(ConfinedVmm, HasAUserOfItsOwnAndNoPrivilegeNorAWayToOne) {
  const std::uint32_t user = user_of(spec_.uid);
  EXPECT_TRUE(bed_.settings().users.range.contains(user));
  const std::string status = read_whole(proc(spec_.uid, "status"));
  EXPECT_EQ(line_of(status, "Uid:"), in_all_four("Uid", user));
  EXPECT_EQ(line_of(status, "Gid:"), in_all_four("Gid", user));
  EXPECT_EQ(line_of(status, "Groups:").find_first_of("0123456789"), std::string::npos);
  for (const char* set : {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"}) {
    EXPECT_THAT(line_of(status, set), HasSubstr("\t0000000000000000")) << set;
  }
  EXPECT_EQ(line_of(status, "NoNewPrivs:"), "NoNewPrivs:\t1");
  EXPECT_EQ(line_of(status, "Seccomp:"), "Seccomp:\t2");
  std::istringstream core(line_of(read_whole(proc(spec_.uid, "limits")), "Max core file size").substr(18));
  std::string soft, hard;
  core >> soft >> hard;
  EXPECT_EQ(soft + " " + hard, "0 0");
}

TEST_F(ConfinedVmm, HoldsNoDescriptorButItsOwn) {
  const MachineSpec neighbour = bed_.spec(2);
  start(neighbour);
  for (const auto& entry : std::filesystem::directory_iterator(proc(neighbour.uid, "fd"))) {
    const std::string file = std::filesystem::read_symlink(entry.path());
    EXPECT_THAT(file, AnyOf(neighbour.disk_node, neighbour.kernel, neighbour.initrd, neighbour.serial_log,
                            StartsWith(bed_.runtime(neighbour.uid).path() + "/"), StartsWith("socket:"),
                            StartsWith("anon_inode:"), StartsWith("/memfd:memory-backend-memfd")));
  }
}

TEST_F(ConfinedVmm, CannotOpenWhatIsItsNeighboursNorReachItsProcess) {
  const MachineSpec neighbour = bed_.spec(2);
  start(neighbour);
  ASSERT_NE(user_of(spec_.uid), user_of(neighbour.uid));
  const std::string image = bed_.path("kept.memory");
  std::ofstream(image) << "memory";
  std::string script;
  const std::vector<std::string> files{neighbour.disk_node, neighbour.serial_log, image, proc(neighbour.uid, "mem"),
                                       proc(neighbour.uid, "root/etc/passwd"),
                                       bed_.runtime(neighbour.uid).file(RuntimeDir::kRecordFile), spec_.disk_node};
  for (const std::string& file : files) script += "(: <'" + file + "') && echo open\n";
  for (const std::string& socket : {bed_.runtime(neighbour.uid).agent_socket(), bed_.runtime(spec_.uid).agent_socket()}) {
    script += "python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"" + socket + "\")' && echo open\n";
  }
  script += "kill -0 " + std::to_string(bed_.pid_of(neighbour.uid)) + " && echo open\n";
  std::string all;
  for (std::size_t i = 0; i < files.size() + 3; ++i) all += "open\n";
  EXPECT_EQ(run_as(std::nullopt, script), all) << "whoever is no VMM, can: the script asks what it should";
  EXPECT_EQ(run_as(ChildUser{user_of(spec_.uid), {}}, script), "");
  EXPECT_EQ(run_as(ChildUser{user_of(spec_.uid), {}}, "id -u; id -G; umask; cat /proc/self/status | grep -c 'NoNewPrivs:.1'"),
            std::to_string(user_of(spec_.uid)) + "\n" + std::to_string(user_of(spec_.uid)) + "\n0077\n1\n");
}

TEST_F(ConfinedVmm, IsKeptAndLoadedAndAnotherLoadsTheSameImageWhichNeitherCanChange) {
  bed_.await_guest(spec_.uid);
  bed_.guest_keeps(spec_.uid, "both");
  const SavedGuest saved = keep_and_end();
  const std::string before = sha256(read_whole(saved.memory_image)).str();
  MachineSpec other = bed_.spec(2);
  std::filesystem::copy_file(spec_.disk_node, other.disk_node, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::create_hard_link(saved.memory_image, bed_.path("snapshots.memory"));
  for (MachineSpec* spec : {&spec_, &other}) {
    spec->saved = saved;
    start(*spec);
    expect(bed_.machines().thaw(spec->uid));
    EXPECT_EQ(bed_.kept_by_guest(spec->uid), "both");
    EXPECT_THAT(read_whole(proc(spec->uid, "maps")), Not(HasSubstr("kept.memory\n"))) << "an image with two names is copied";
    const MachineState state = *bed_.machines().look({spec->uid})[spec->uid];
    ASSERT_TRUE(state.image_copy);
    EXPECT_GT(state.image_copy->size, 1_MiB);
    EXPECT_LE(state.image_copy->size, spec->memory);
    EXPECT_EQ(state.host_user, user_of(spec->uid));
  }
  EXPECT_NE(user_of(spec_.uid), user_of(other.uid));
  EXPECT_EQ(owner_of(saved.memory_image), ::geteuid());
  EXPECT_EQ(sha256(read_whole(saved.memory_image)).str(), before);
}

TEST_F(ConfinedVmm, AnImageThatAKilledStartGaveAwayIsCopiedAndLoaded) {
  bed_.await_guest(spec_.uid);
  bed_.guest_keeps(spec_.uid, "word");
  spec_.saved = keep_and_end();
  const std::uint32_t given = bed_.settings().users.range.first;
  ASSERT_EQ(::chown(spec_.saved->memory_image.c_str(), given, given), 0);
  start(spec_);
  expect(bed_.machines().thaw(spec_.uid));
  EXPECT_EQ(bed_.kept_by_guest(spec_.uid), "word");
  EXPECT_THAT(read_whole(proc(spec_.uid, "maps")), Not(HasSubstr("kept.memory\n")));
}

TEST_F(ConfinedVmm, WhenAllUsersAreTakenTheNextIsNotStartedAndLeavesNothingAndHasOneWhenTheFirstIsReaped) {
  bed_.settings().users.range = {user_of(spec_.uid), 1};
  bed_.restart_daemon();
  const MachineSpec next = bed_.spec(2);
  const Status refused = bed_.machines().start(next);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Exhausted);
  EXPECT_EQ(refused.error().reason, "AllUsersTaken");
  EXPECT_THAT(refused.error().hint, HasSubstr("confinement.uidCount"));
  EXPECT_TRUE(bed_.machines().look({next.uid})[next.uid].absent());
  expect(bed_.machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  expect(bed_.machines().reap(spec_.uid));
  start(next);
  EXPECT_EQ(user_of(next.uid), bed_.settings().users.range.first);
}

TEST_F(ConfinedVmm, OneOfAnotherDaemonWithARangeThatOverlapsHasAnotherUser) {
  const TemporaryDirectory elsewhere;
  QemuSettings theirs = bed_.settings();
  theirs.runtime_dir = elsewhere / "root/run";
  theirs.users.range = {user_of(spec_.uid), 2};
  QemuMachines others(theirs, bed_.clock());
  const MachineSpec neighbour = bed_.spec(2);
  expect(others.start(neighbour));
  LinuxFileSystem files;
  EXPECT_EQ(read_record(files, RuntimeDir(theirs.runtime_dir, neighbour.uid), neighbour.uid)->host_user,
            user_of(spec_.uid) + 1);
  expect(others.stop(neighbour.uid, StopMode::Kill, Span{0}));
  expect(others.reap(neighbour.uid));
}

TEST_F(ConfinedVmm, OneWithoutAUserOfItsOwnHasAtLeastTheFiltersAndNoWayToMore) {
  bed_.settings().users.wanted = OwnUsers::Never;
  bed_.restart_daemon();
  const MachineSpec other = bed_.spec(2);
  start(other);
  const std::string status = read_whole(proc(other.uid, "status"));
  EXPECT_EQ(line_of(status, "Uid:"), in_all_four("Uid", ::geteuid()));
  EXPECT_EQ(line_of(status, "NoNewPrivs:"), "NoNewPrivs:\t1");
  EXPECT_EQ(line_of(status, "Seccomp:"), "Seccomp:\t2");
  EXPECT_EQ(bed_.machines().look({spec_.uid})[spec_.uid]->phase, MachinePhase::Running) << "it keeps the user it has";
}

TEST(PrivateImage, OneWithASingleNameIsTakenAndAnyOtherCopiedWithItsHoles) {
  const TemporaryDirectory dir;
  const std::string image = dir / "image";
  std::ofstream(image) << "begin";
  std::filesystem::resize_file(image, 8 << 20);
  const auto inode = [](const UniqueFd& file) {
    struct stat found {};
    EXPECT_EQ(::fstat(file.get(), &found), 0);
    EXPECT_LT(found.st_blocks * 512, 1 << 20);
    return found.st_ino;
  };
  const Result<PrivateImage> single = open_private_image(image);
  ASSERT_TRUE(single) << to_string(single.error());
  std::filesystem::create_hard_link(image, dir / "second");
  const Result<PrivateImage> copy = open_private_image(image);
  ASSERT_TRUE(copy) << to_string(copy.error());
  EXPECT_NE(inode(single->file), inode(copy->file));
  EXPECT_FALSE(single->copy);
  ASSERT_TRUE(copy->copy);
  EXPECT_TRUE(copy->copy->size > Bytes{} && copy->copy->size < 1_MiB) << "holes cost nothing";
  std::string content(8 << 20, 'x');
  ASSERT_EQ(::pread(copy->file.get(), content.data(), content.size(), 0), static_cast<ssize_t>(content.size()));
  EXPECT_TRUE(content == read_whole(image));
  ASSERT_EQ(::pwrite(copy->file.get(), "other", 5, 0), 5);
  EXPECT_EQ(read_whole(image).substr(0, 5), "begin");
  std::size_t names = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path())) ++names;
  EXPECT_EQ(names, 2U) << "the copy has no name";
}

}  // namespace
}  // namespace cowherd::testing
