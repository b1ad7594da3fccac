// SPDX-License-Identifier: Apache-2.0
// What only the real thing can show: guests that boot, QEMU's own words, processes that are not what they seem.
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "resources/files/json.h"
#include "tests/contract/machines_contract.h"
#include "tests/machine/qemu_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

INSTANTIATE_TEST_SUITE_P(Qemu, MachinesContract,
                         ::testing::Values([]() -> std::unique_ptr<MachinesBed> { return std::make_unique<QemuBed>(); }));

INSTANTIATE_TEST_SUITE_P(Qemu, SavedGuestContract,
                         ::testing::Values([]() -> std::unique_ptr<MachinesBed> { return std::make_unique<QemuBed>(); }));

class Qemu : public ::testing::Test {
 protected:
  QemuBed bed_{};
  MachineSpec spec_ = bed_.spec(1);

  void start(const MachineSpec& spec) {
    const Status started = bed_.machines().start(spec);
    ASSERT_TRUE(started) << to_string(started.error());
  }
  Fact<MachineState> look() { return bed_.machines().look({spec_.uid})[spec_.uid]; }
  ExitReason reason() {
    const Fact<MachineState> fact = look();
    if (fact.known() && fact->exit) return fact->exit->reason;
    ADD_FAILURE() << "no exit is told";
    return ExitReason::Unseen;
  }
  Error refusal(const MachineSpec& spec) {
    const Status started = bed_.machines().start(spec);
    EXPECT_FALSE(started);
    EXPECT_TRUE(bed_.machines().look({spec.uid})[spec.uid].absent());
    return started ? Error{} : started.error();
  }
  // Another daemon starts the VM and is killed at once, so that nobody here is its parent.
  void start_as_a_daemon_that_dies() {
    const pid_t daemon = ::fork();
    if (daemon == 0) {
      QemuMachines machines(bed_.settings(), bed_.clock());
      if (!machines.start(spec_)) ::_exit(1);
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(daemon, &status, 0), daemon);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the VM was not started";
  }
  void change_record(const std::string& dotted, const Value& value) {
    const std::string path = bed_.runtime(spec_.uid).file(RuntimeDir::kRecordFile);
    Value record = *parse_json(read_whole(path));
    record.set_path(dotted, value);
    std::ofstream(path) << print_json(record, JsonStyle::Pretty);
  }
};

TEST_F(Qemu, TheGuestKnowsItsNameAndItsDiskRemembersBoots) {
  start(spec_);
  bed_.await_line(spec_.uid, "cowherd-guest: sandbox=box-1 boot=1 up");
  ASSERT_TRUE(bed_.machines().stop(spec_.uid, StopMode::Graceful, std::chrono::seconds{20}));
  EXPECT_THAT(read_whole(bed_.serial_log(spec_.uid)), HasSubstr("power button, shutting down"));
  ASSERT_TRUE(bed_.machines().reap(spec_.uid));
  start(spec_);
  bed_.await_line(spec_.uid, "cowherd-guest: sandbox=box-1 boot=2 up");
  EXPECT_THAT(read_whole(bed_.serial_log(spec_.uid)), HasSubstr("boot=1 up")) << "the log is appended to";
}

TEST_F(Qemu, ANetworkedGuestGetsAnAddress) {
  spec_.network = GuestNetwork::User;
  start(spec_);
  bed_.await_line(spec_.uid, "cowherd-guest: network=10.0.2.15");
}

TEST_F(Qemu, TheVmOutlivesAKilledDaemonAndIsAdoptedWithItsPid) {
  start_as_a_daemon_that_dies();
  const Fact<MachineState> adopted = look();
  ASSERT_TRUE(adopted.known());
  EXPECT_EQ(adopted->phase, MachinePhase::Running);
  EXPECT_EQ(adopted->pid, bed_.pid_of(spec_.uid));
  EXPECT_TRUE(bed_.machines().exit_notice(spec_.uid));
  bed_.await_guest(spec_.uid);
  ASSERT_TRUE(bed_.machines().stop(spec_.uid, StopMode::Graceful, std::chrono::seconds{20}));
  EXPECT_EQ(reason(), ExitReason::Stopped);
}

TEST_F(Qemu, AShutdownThatNoDaemonSawIsToldAfterwards) {
  start_as_a_daemon_that_dies();
  bed_.end_daemon();
  bed_.await_guest(spec_.uid);
  bed_.guest_shuts_down(spec_.uid);
  bed_.restart_daemon();
  EXPECT_EQ(reason(), ExitReason::GuestShutdown);
}

TEST_F(Qemu, AKillThatNoDaemonSawIsUnseen) {
  start_as_a_daemon_that_dies();
  bed_.end_daemon();
  bed_.kill_process(spec_.uid);
  bed_.restart_daemon();
  EXPECT_EQ(reason(), ExitReason::Unseen);
  EXPECT_EQ(look(), look()) << "what is told of an end does not change";
}

TEST_F(Qemu, AKernelPanicIsAReset) {
  start(spec_);
  bed_.await_guest(spec_.uid);
  bed_.tell_and_await_death(spec_.uid, "echo c >/proc/sysrq-trigger");
  EXPECT_EQ(reason(), ExitReason::GuestReset);
}

TEST_F(Qemu, AVmStoppedByQmpIsPaused) {
  start(spec_);
  {
    Result<QmpClient> client = QmpClient::connect(bed_.runtime(spec_.uid).control_socket());
    ASSERT_TRUE(client);
    ASSERT_TRUE(client->call("stop", Deadline::after(std::chrono::seconds{5})));
  }
  EXPECT_EQ(look()->phase, MachinePhase::Paused);
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(bed_.machines().stop(spec_.uid, StopMode::Graceful, std::chrono::seconds{60}));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{5}) << "a paused guest hears no button";
}

TEST_F(Qemu, AProcessThatOnlyHasThePidIsLeftAlone) {
  start(spec_);
  ASSERT_TRUE(bed_.machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  const pid_t bystander = ::fork();
  if (bystander == 0) {
    ::pause();
    ::_exit(0);
  }
  change_record("process.pid", Value(static_cast<std::int64_t>(bystander)));
  EXPECT_EQ(look()->phase, MachinePhase::Dead);
  EXPECT_TRUE(bed_.machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  EXPECT_TRUE(bed_.machines().reap(spec_.uid));
  EXPECT_EQ(::waitpid(bystander, nullptr, WNOHANG), 0) << "it lives, and its end was not taken";
  ::kill(bystander, SIGKILL);
  ::waitpid(bystander, nullptr, 0);
}

TEST_F(Qemu, ADirectoryFromBeforeARebootIsAbsentAndItsPidIsNotSignalled) {
  start(spec_);
  const int pid = bed_.pid_of(spec_.uid);
  const std::string boot = *current_boot_id();
  change_record("process.bootId", "11111111-2222-3333-4444-555555555555");
  EXPECT_TRUE(look().absent());
  EXPECT_EQ(bed_.machines().exit_notice(spec_.uid).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(bed_.machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  EXPECT_TRUE(process_start_time(pid)) << "it was not signalled";
  change_record("process.bootId", boot);
  EXPECT_EQ(look()->phase, MachinePhase::Running);
  change_record("process.bootId", "11111111-2222-3333-4444-555555555555");
  EXPECT_THAT(to_string(bed_.machines().start(spec_).error()), HasSubstr("lock")) << "only the disk is in the way";
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(Qemu, ADirectoryWithoutARecordIsNothing) {
  const RuntimeDir dir = bed_.runtime(spec_.uid);
  std::filesystem::create_directories(dir.path());
  std::ofstream(dir.file(RuntimeDir::kUidFile)) << spec_.uid.str();
  EXPECT_TRUE(look().absent());
  start(spec_);
  EXPECT_EQ(look()->phase, MachinePhase::Running);
}

TEST_F(Qemu, ABrokenRecordIsUnknownAndBlocksTheStart) {
  start(spec_);
  const std::string path = bed_.runtime(spec_.uid).file(RuntimeDir::kRecordFile);
  const std::string whole = read_whole(path);
  std::ofstream(path) << whole.substr(0, 40);
  EXPECT_TRUE(look().unknown());
  EXPECT_EQ(bed_.machines().start(spec_).error().kind, ErrorKind::Corrupt);
  EXPECT_FALSE(bed_.machines().reap(spec_.uid));
  std::ofstream(path) << whole;
}

TEST_F(Qemu, AMissingDiskIsNamed) {
  MachineSpec spec = spec_;
  spec.disk_node = bed_.path("absent.raw");
  EXPECT_THAT(to_string(refusal(spec)), HasSubstr("absent.raw"));
}

TEST_F(Qemu, ABadKernelIsNamedWithAHint) {
  const Error error = refusal(bed_.spec_that_cannot_start(3));
  EXPECT_THAT(error.message, HasSubstr("kernel"));
  EXPECT_THAT(error.hint, HasSubstr("boot.kernel"));
}

TEST_F(Qemu, ADiskInUseIsBusy) {
  start(spec_);
  MachineSpec other = bed_.spec(2);
  other.disk_node = spec_.disk_node;
  EXPECT_EQ(refusal(other).kind, ErrorKind::Busy);
}

TEST_F(Qemu, WithoutQemuTheHintNamesThePackage) {
  bed_.settings().binary = "/nonexistent/qemu";
  bed_.restart_daemon();
  const Error error = refusal(spec_);
  EXPECT_EQ(error.kind, ErrorKind::Failed);
  EXPECT_THAT(error.hint, HasSubstr("qemu-system-x86"));
}

TEST_F(Qemu, TheSerialLogStaysBoundedWhileTheGuestTalks) {
  bed_.settings().serial_log_limit = 8_KiB;
  bed_.restart_daemon();
  spec_.boot_args.emplace_back("cowherd.heartbeat=0");
  start(spec_);
  const std::string log = bed_.serial_log(spec_.uid);
  ASSERT_TRUE(eventually([&] { return read_whole(log).size() > 16384; }));
  ASSERT_TRUE(bed_.machines().bound_serial_log(log));
  EXPECT_LT(read_whole(log).size(), 8192U);
  EXPECT_GE(read_whole(log + ".1").size(), 8192U);
  EXPECT_LE(read_whole(log + ".1").size(), 2 * 8192U);
  ASSERT_TRUE(eventually([&] { return read_whole(log).find("heartbeat") != std::string::npos; }));
  EXPECT_THAT(read_whole(log), Not(HasSubstr(std::string(1, '\0')))) << "the writer goes on at the new end";
}

TEST_F(Qemu, BoundedEventsStillTellTheEnd) {
  start(spec_);
  bed_.await_guest(spec_.uid);
  const std::string events = bed_.runtime(spec_.uid).events_log();
  std::ofstream(events, std::ios::app) << std::string(2 << 20, '\n');
  ASSERT_TRUE(look().known());
  ASSERT_TRUE(bed_.machines().bound_serial_log(bed_.serial_log(spec_.uid)));
  EXPECT_EQ(std::filesystem::file_size(events), 0U);
  bed_.guest_resets(spec_.uid);
  EXPECT_EQ(reason(), ExitReason::GuestReset);
}

TEST_F(Qemu, TwoLooksAtOnceDoNotDisturbEachOther) {
  start(spec_);
  const auto look_often = [&] {
    QemuMachines machines(bed_.settings(), bed_.clock());
    for (int round = 0; round < 30; ++round) {
      const Fact<MachineState> fact = machines.look({spec_.uid})[spec_.uid];
      ASSERT_TRUE(fact.known());
      EXPECT_EQ(fact->phase, MachinePhase::Running) << round;
    }
  };
  std::thread command(look_often);
  look_often();
  command.join();
}

TEST_F(Qemu, ManyVmsStartAtOnce) {
  std::vector<MachineSpec> specs;
  for (int number = 1; number <= 4; ++number) specs.push_back(bed_.spec(number));
  std::vector<std::thread> workers;
  for (const MachineSpec& spec : specs) workers.emplace_back([this, &spec] { start(spec); });
  for (std::thread& worker : workers) worker.join();
  std::vector<Uid> uids;
  for (const MachineSpec& spec : specs) uids.push_back(spec.uid);
  for (const auto& [uid, fact] : bed_.machines().look(uids)) {
    ASSERT_TRUE(fact.known());
    EXPECT_EQ(fact->phase, MachinePhase::Running);
  }
}

TEST_F(Qemu, NothingOfTheVmIsReadableByOthers) {
  start(spec_);
  namespace fs = std::filesystem;
  for (const auto& entry : fs::directory_iterator(bed_.runtime(spec_.uid).path())) {
    const fs::perms others = entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all);
    EXPECT_EQ(others, fs::perms::none) << entry.path();
  }
}

TEST_F(Qemu, TheRealProbeAnswersInTimeAndOnce) {
  LinuxFileSystem files;
  KvmProbe probe;
  probe.binary = bed_.settings().binary;
  probe.cache_dir = bed_.settings().runtime_dir;
  for (const std::string& kernel : {std::string(), spec_.kernel}) {
    probe.kernel = kernel;
    const auto before = std::chrono::steady_clock::now();
    const AcceleratorChoice choice = probe_kvm(probe, files);
    EXPECT_LT(std::chrono::steady_clock::now() - before, probe.deadline + std::chrono::seconds{3});
    EXPECT_THAT(choice.name, AnyOf("kvm", "tcg"));
    EXPECT_FALSE(choice.reason.empty());
    std::cout << "accelerator " << choice.name << ": " << choice.reason << "\n";
    EXPECT_EQ(probe_kvm(probe, files), choice);
  }
  bed_.settings().accel = Accelerator::Auto;
  bed_.restart_daemon();
  start(spec_);
  bed_.await_guest(spec_.uid);
}

}  // namespace
}  // namespace cowherd::testing
