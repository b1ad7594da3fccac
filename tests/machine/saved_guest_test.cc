// SPDX-License-Identifier: Apache-2.0
// Guests that are kept and loaded, where only a real one can show what is lost: a program's steps, every byte of memory,
// writes that the disk refused.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "resources/files/bulk.h"
#include "resources/files/random.h"
#include "resources/machine/qemu/device_state.h"
#include "resources/memory/build_generation.h"
#include "resources/memory/linux_image_files.h"
#include "resources/memory/materialize.h"
#include "tests/machine/qemu_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

// Runs a program of this host to its end.
bool run(std::vector<std::string> words) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execvp(pointers.front(), pointers.data());
    ::_exit(127);
  }
  int status = 1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

class SavedGuests : public ::testing::Test {
 protected:
  QemuBed bed_{};
  MachineSpec spec_ = bed_.spec(1);

  Machines& machines() { return bed_.machines(); }
  static void expect(const Status& status) { ASSERT_TRUE(status) << to_string(status.error()); }
  MachineState state(const Uid& uid) {
    const Fact<MachineState> fact = machines().look({uid})[uid];
    EXPECT_TRUE(fact.known());
    return fact.known() ? *fact : MachineState{};
  }
  void boot() {
    expect(machines().start(spec_));
    bed_.await_guest(spec_.uid);
  }
  GuestMemory memory() {
    Result<GuestMemory> memory = machines().memory(spec_.uid);
    EXPECT_TRUE(memory) << to_string(memory.error());
    return memory ? *std::move(memory) : GuestMemory{};
  }
  void end(const Uid& uid) {
    expect(machines().stop(uid, StopMode::Kill, Span{0}));
    expect(machines().reap(uid));
  }
  SavedGuest keep_and_end(const std::string& id) {
    const SavedGuest saved{id, bed_.path(id + ".state"), bed_.path(id + ".memory")};
    expect(machines().freeze(spec_.uid));
    expect(machines().save_state(spec_.uid, saved.state_file));
    bed_.write_image(*memory().content, saved.memory_image);
    end(spec_.uid);
    return saved;
  }
  void load(const SavedGuest& saved) {
    spec_.saved = saved;
    expect(machines().start(spec_));
  }
  void load_and_thaw(const SavedGuest& saved) {
    load(saved);
    expect(machines().thaw(spec_.uid));
  }
  // Makes the disk a qcow2 one: a copy of what it is, or an overlay on it.
  void change_disk(const std::string& kind) {
    const std::string qcow2 = bed_.path("disk.qcow2");
    if (kind == "overlay") {
      ASSERT_TRUE(run({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", spec_.disk_node, qcow2}));
    } else {
      ASSERT_TRUE(run({"qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", spec_.disk_node, qcow2}));
    }
    spec_.disk_node = qcow2;
    spec_.disk_format = "qcow2";
  }
};

TEST_F(SavedGuests, ACounterNeitherRepeatsNorSkips) {
  boot();
  bed_.type(spec_.uid, "i=0; while :; do i=$((i+1)); echo \"tick\"-$i-; usleep 5000; done &");
  int shown = 20;
  for (const char* id : {"first", "second", "third"}) {
    bed_.await_line(spec_.uid, "tick-" + std::to_string(shown) + "-");
    load_and_thaw(keep_and_end(id));
    shown += 40;
  }
  bed_.await_line(spec_.uid, "tick-" + std::to_string(shown) + "-");
  const std::string log = read_whole(bed_.serial_log(spec_.uid));
  std::size_t at = 0;
  for (int i = 1; i <= shown; ++i) {
    const std::size_t next = log.find("tick-", at);
    ASSERT_EQ(log.substr(next, log.find('-', next + 5) - next), "tick-" + std::to_string(i));
    at = next + 5;
  }
}

// Generations as a pause writes them: each of the pages changed since the one before.
class Generations {
 public:
  explicit Generations(const QemuBed& bed) : bed_(bed) {}
  SavedGuest write(const GuestMemory& memory) {
    const BuildId build = BuildId::from_uid(fresh_uid());
    const GenerationPlace place{bed_.path("generation-" + std::to_string(++count_)), build};
    std::filesystem::create_directory(place.directory);
    Result<Generation> built =
        count_ == 1 ? build_first_generation(host_, *memory.content, place, BulkControl{})
                    : build_next_generation(host_, *memory.content, *memory.changed, last_, place, BulkControl{});
    EXPECT_TRUE(built) << to_string(built.error());
    last_ = *std::move(built);
    const std::string flat = place.directory + ".flat";
    const Result<CopyCount> made = materialize(host_, last_, flat, BulkControl{});
    EXPECT_TRUE(made) << to_string(made.error());
    return {build.str(), place.directory + ".state", flat};
  }

 private:
  const QemuBed& bed_;
  LinuxFileSystem files_{};
  LinuxImageFiles images_{};
  MemoryHost host_{files_, images_};
  Generation last_{};
  int count_ = 0;
};

TEST_F(SavedGuests, ThreeGenerationsHoldEveryByteAlsoThoseThatBecameZero) {
  boot();
  bed_.ask_guest(spec_.uid, "dd if=/dev/urandom of=/run/a bs=1M count=6 2>/dev/null");
  Generations generations(bed_);
  std::string sum = bed_.ask_guest(spec_.uid, "cat /run/a | sha256sum");
  for (const int round : {1, 2, 3}) {
    expect(machines().freeze(spec_.uid));
    const GuestMemory kept = memory();
    EXPECT_EQ(kept.changed.has_value(), round > 1);
    const SavedGuest saved = generations.write(kept);
    expect(machines().save_state(spec_.uid, saved.state_file));
    EXPECT_TRUE(bytes_of(*kept.content, {{}, spec_.memory}) == read_whole(saved.memory_image));
    end(spec_.uid);
    load_and_thaw(saved);
    EXPECT_EQ(bed_.ask_guest(spec_.uid, "cat /run/a | sha256sum"), sum) << "generation " << round;
    const std::string middle = " bs=1M count=2 seek=" + std::to_string(round) + " conv=notrunc 2>/dev/null; ";
    bed_.ask_guest(spec_.uid, "dd if=/dev/zero of=/run/a" + middle + "dd if=/dev/urandom of=/run/a bs=4k count=9 conv=notrunc 2>/dev/null");
    sum = bed_.ask_guest(spec_.uid, "cat /run/a | sha256sum");
  }
}

TEST_F(SavedGuests, TwoLoadedFromOneImageGoTheirOwnWays) {
  boot();
  bed_.guest_keeps(spec_.uid, "both");
  expect(machines().freeze(spec_.uid));
  MachineSpec other = bed_.spec(2);
  std::filesystem::copy_file(spec_.disk_node, other.disk_node, std::filesystem::copy_options::overwrite_existing);
  const SavedGuest saved = keep_and_end("one");
  const std::string before = sha256(bed_.image(saved.memory_image)).str();
  load_and_thaw(saved);
  other.saved = saved;
  expect(machines().start(other));
  expect(machines().thaw(other.uid));
  EXPECT_EQ(bed_.kept_by_guest(other.uid), "both");
  bed_.guest_keeps(spec_.uid, "mine");
  bed_.guest_keeps(other.uid, "yours");
  EXPECT_EQ(bed_.kept_by_guest(spec_.uid), "mine");
  EXPECT_EQ(bed_.kept_by_guest(other.uid), "yours");
  EXPECT_EQ(sha256(bed_.image(saved.memory_image)).str(), before);
}

TEST_F(SavedGuests, AnImageThatIsRenamedOrUnlinkedStaysTheGuestsMemory) {
  boot();
  const SavedGuest saved = keep_and_end("one");
  const std::string content = bed_.image(saved.memory_image);
  load(saved);
  for (const bool unlinked : {false, true}) {
    if (unlinked) std::filesystem::remove(bed_.path("renamed"));
    if (!unlinked) std::filesystem::rename(saved.memory_image, bed_.path("renamed"));
    const GuestMemory all = memory();
    ASSERT_TRUE(all.content && all.changed);
    std::string expected = content;
    for (const PageRange& range : *all.changed) {
      expected.replace(range.offset.value, range.length.value, bytes_of(*all.content, range));
    }
    EXPECT_TRUE(bytes_of(*all.content, {{}, spec_.memory}) == expected);
  }
}

TEST_F(SavedGuests, StateThatQemuRefusesIsCorruptWithItsWordsAndLeavesNothing) {
  boot();
  const SavedGuest saved = keep_and_end("one");
  MachineSpec broken = spec_;
  broken.saved = saved;
  broken.saved->state_file = bed_.path("words");
  std::ofstream(bed_.path("words")) << "no device has such a state";
  expect(seal_device_state(bed_.path("words"), {spec_.vcpus, spec_.memory, spec_.network}));
  const Status started = machines().start(broken);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(started.error().message, HasSubstr("load of migration failed"));
  EXPECT_TRUE(machines().list().value().empty());
  EXPECT_TRUE(machines().look({spec_.uid})[spec_.uid].absent());
}

TEST_F(SavedGuests, StateOfAMachineOfAnotherShapeIsCorrupt) {
  boot();
  const SavedGuest saved = keep_and_end("one");
  MachineSpec more = spec_;
  more.saved = saved;
  more.vcpus = 2;
  EXPECT_EQ(machines().start(more).error().kind, ErrorKind::Corrupt);
  more.vcpus = spec_.vcpus;
  more.network = GuestNetwork::User;
  EXPECT_EQ(machines().start(more).error().kind, ErrorKind::Corrupt);
}

TEST_F(SavedGuests, AGuestIsNotLoadedOverADiskInUse) {
  boot();
  const SavedGuest saved = keep_and_end("one");
  MachineSpec user = bed_.spec(2);
  user.disk_node = spec_.disk_node;
  expect(machines().start(user));
  spec_.saved = saved;
  EXPECT_EQ(machines().start(spec_).error().kind, ErrorKind::Busy);
  EXPECT_TRUE(machines().look({spec_.uid})[spec_.uid].absent());
}

TEST_F(SavedGuests, AGuestWithTwoProcessorsAndANetworkIsKept) {
  spec_.vcpus = 2;
  spec_.network = GuestNetwork::User;
  boot();
  bed_.await_line(spec_.uid, "cowherd-guest: network=");
  bed_.guest_keeps(spec_.uid, "pear");
  load_and_thaw(keep_and_end("one"));
  EXPECT_EQ(bed_.kept_by_guest(spec_.uid), "pear");
  EXPECT_EQ(bed_.ask_guest(spec_.uid, "ping -c 1 -W 20 10.0.2.2 | grep -c 'bytes from'"), "1");
  EXPECT_EQ(bed_.ask_guest(spec_.uid, "taskset 2 nproc --all"), "2") << "the second one runs programs";
}

TEST_F(SavedGuests, AGuestOnAnOverlayIsKeptAgainAndAgainWithWhatItWrote) {
  change_disk("overlay");
  boot();
  for (const char* id : {"first", "second"}) {
    bed_.ask_guest(spec_.uid, "echo " + std::string(id) + " >/root/file; sync");
    load_and_thaw(keep_and_end(id));
    EXPECT_EQ(bed_.ask_guest(spec_.uid, "echo 3 >/proc/sys/vm/drop_caches; cat /root/file"), id);
  }
}

TEST_F(SavedGuests, ADaemonKilledBetweenLoadAndThawLeavesAGuestThatAnotherOneThaws) {
  boot();
  bed_.guest_keeps(spec_.uid, "apple");
  spec_.saved = keep_and_end("one");
  bed_.end_daemon();
  const pid_t daemon = ::fork();
  if (daemon == 0) {
    QemuMachines machines(bed_.settings(), bed_.clock());
    if (!machines.start(spec_)) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(daemon, &status, 0), daemon);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the guest was not loaded";
  bed_.restart_daemon();
  EXPECT_EQ(state(spec_.uid).phase, MachinePhase::Paused);
  EXPECT_EQ(state(spec_.uid).loaded, "one");
  expect(machines().thaw(spec_.uid));
  EXPECT_EQ(bed_.kept_by_guest(spec_.uid), "apple");
}

// QEMU loads by itself: whenever the daemon dies, a VM without a memory is not taken for a loaded one.
TEST_F(SavedGuests, ADaemonKilledAtAnyMomentOfALoadLeavesAGuestToThawOrNothing) {
  boot();
  bed_.guest_keeps(spec_.uid, "apple");
  spec_.saved = keep_and_end("one");
  int loaded = 0;
  for (int milliseconds = 0; milliseconds <= 240; milliseconds += 20) {
    bed_.end_daemon();
    const pid_t daemon = ::fork();
    if (daemon == 0) {
      QemuMachines machines(bed_.settings(), bed_.clock());
      static_cast<void>(machines.start(spec_).has_value());
      ::pause();
    }
    static_cast<void>(::poll(nullptr, 0, milliseconds));
    ::kill(daemon, SIGKILL);
    ASSERT_EQ(::waitpid(daemon, nullptr, 0), daemon);
    bed_.restart_daemon();
    ASSERT_TRUE(eventually([&] { return !machines().look({spec_.uid})[spec_.uid].unknown(); }));
    if (machines().look({spec_.uid})[spec_.uid].absent()) continue;
    ++loaded;
    ASSERT_TRUE(eventually([&] { return machines().thaw(spec_.uid).has_value(); })) << milliseconds;
    EXPECT_EQ(state(spec_.uid).phase, MachinePhase::Running) << milliseconds;
    EXPECT_EQ(state(spec_.uid).loaded, "one");
    EXPECT_EQ(bed_.kept_by_guest(spec_.uid), "apple");
    end(spec_.uid);
  }
  EXPECT_GT(loaded, 0);
}

// A disk in memory that, once sealed, refuses every write (memfd_create(2), F_SEAL_WRITE), for any user on any host.
class SealedDisk {
 public:
  explicit SealedDisk(const std::string& content)
      : file_(::memfd_create("disk", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    std::ofstream(path(), std::ios::binary) << content;
  }
  std::string path() const { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_.get()); }
  bool seal() { return ::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_WRITE) == 0; }

 private:
  UniqueFd file_;
};

class RefusedWrites : public SavedGuests, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() != std::string("raw")) change_disk(GetParam());
  }
};

TEST_P(RefusedWrites, AreInTheSavedStateAndDoneWhenTheGuestGoesOn) {
  SealedDisk disk(read_whole(spec_.disk_node));
  spec_.disk_node = disk.path();
  boot();
  bed_.ask_guest(spec_.uid, "echo precious >/root/file");
  ASSERT_TRUE(disk.seal());
  bed_.type(spec_.uid, "sync; echo \"all\"-written");
  ASSERT_TRUE(eventually([&] { return state(spec_.uid).phase == MachinePhase::DiskStopped; }));
  load_and_thaw(keep_and_end("zero"));
  ASSERT_TRUE(eventually([&] { return state(spec_.uid).phase == MachinePhase::DiskStopped; })) << "the disk is as it was";
  const SavedGuest saved = keep_and_end("one");
  const std::string mended = bed_.path("mended");
  std::ofstream(mended, std::ios::binary) << read_whole(disk.path());
  spec_.disk_node = mended;
  load_and_thaw(saved);
  bed_.await_line(spec_.uid, "all-written");
  end(spec_.uid);
  spec_.saved.reset();
  expect(machines().start(spec_));
  bed_.await_line(spec_.uid, "boot=2 up");
  EXPECT_EQ(bed_.ask_guest(spec_.uid, "cat /root/file"), "precious");
}

TEST_P(RefusedWrites, AreTriedAgainByAThawInVainWithoutTellingTheGuest) {
  SealedDisk disk(read_whole(spec_.disk_node));
  spec_.disk_node = disk.path();
  boot();
  bed_.ask_guest(spec_.uid, "echo precious >/root/file");
  ASSERT_TRUE(disk.seal());
  bed_.type(spec_.uid, "sync; echo \"all\"-written");
  ASSERT_TRUE(eventually([&] { return state(spec_.uid).phase == MachinePhase::DiskStopped; }));
  EXPECT_EQ(machines().thaw(spec_.uid).error().kind, ErrorKind::Exhausted);
  EXPECT_EQ(state(spec_.uid).phase, MachinePhase::DiskStopped);
  EXPECT_THAT(read_whole(bed_.serial_log(spec_.uid)), ::testing::Not(HasSubstr("all-written")));
  EXPECT_THAT(read_whole(bed_.serial_log(spec_.uid)), ::testing::Not(HasSubstr("I/O error")));
}

INSTANTIATE_TEST_SUITE_P(Disks, RefusedWrites, ::testing::Values("raw", "qcow2"),
                         [](const auto& format) { return std::string(format.param); });

class Qcow2Writes : public RefusedWrites {};

// QEMU keeps the tables of a qcow2 file in memory until the guest flushes.
TEST_P(Qcow2Writes, ThatTheFileDoesNotHoldAreAFailureToFreezeAlsoTheSecondTime) {
  SealedDisk disk(read_whole(spec_.disk_node));
  spec_.disk_node = disk.path();
  boot();
  bed_.ask_guest(spec_.uid, "sync; dd if=/dev/urandom of=/root/file bs=64k count=16 oflag=direct 2>/dev/null");
  ASSERT_TRUE(disk.seal());
  for (int twice = 0; twice < 2; ++twice) {
    const Status frozen = machines().freeze(spec_.uid);
    ASSERT_FALSE(frozen);
    EXPECT_THAT(to_string(frozen.error()), HasSubstr("Error flushing drive"));
  }
}

INSTANTIATE_TEST_SUITE_P(Disks, Qcow2Writes, ::testing::Values("qcow2", "overlay"),
                         [](const auto& format) { return std::string(format.param); });

}  // namespace
}  // namespace cowherd::testing
