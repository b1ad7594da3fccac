// SPDX-License-Identifier: Apache-2.0
// What a clone's memory takes on the disk: a Full snapshot of random memory, then sandboxes that are given it, beside plain
// copies of its two memory files. Prints what the file system has less after each, and how long it took; asserts nothing.
// Usage: clone_memory_bench MEMORY_MIB CLONES
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <vector>

#include "resources/block/exception_store.h"
#include "resources/block/qemu_img/qemu_image_tools.h"
#include "resources/files/clock.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/random.h"
#include "resources/memory/build_generation.h"
#include "resources/memory/linux_image_files.h"
#include "resources/memory/materialize.h"
#include "resources/store/store.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

template <class Answer>
void need(const Answer& answer) {
  if (answer) return;
  std::fprintf(stderr, "%s\n", to_string(answer.error()).c_str());
  std::exit(1);
}

double median(std::vector<double> of) {
  std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
  return of[of.size() / 2];
}

class Bench {
 public:
  explicit Bench(Bytes memory) : memory_(memory) {
    need(store_.prepare());
    need(files_.make_directory(layout_.template_dir("base")));
    need(files_.make_directory(layout_.revision_dir("base", sha256("revision"))));
    need(files_.write(layout_.revision_dir("base", sha256("revision")) + "/" + kRootfsFile, std::string(16 << 10, 'b')));
  }

  void take_snapshot() {
    std::ifstream random("/dev/urandom", std::ios::binary);
    std::ofstream file(root_ / "guest", std::ios::binary);
    std::vector<char> buffer(1 << 20);
    for (std::uint64_t at = 0; at < memory_.value; at += buffer.size()) {
      random.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      file.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    }
    file.close();
    SnapshotIdentity identity;
    identity.name = *ResourceName::make("golden");
    identity.uid = fresh_uid();
    identity.spec.sandbox_ref = *ResourceName::make("web");
    identity.spec.mode = SnapshotMode::Full;
    identity.sandbox = *ResourceName::make("web");
    identity.sandbox_uid = fresh_uid();
    identity.template_name = "base";
    identity.revision = sha256("revision");
    identity.driver = DiskDriverKind::DmSnapshot;
    identity.disk_size = 16_KiB;
    identity.spec_hash = sha256("spec");
    auto made = store_.publish_snapshot(identity, [this](const std::string& staged, SnapshotIdentity& filled) {
      return capture(staged, filled);
    }, {});
    need(made);
    snapshot_ = *std::move(made);
  }

  void measure(int clones) {
    std::vector<SandboxIdentity> sandboxes;
    for (int i = 0; i < clones; ++i) {
      sandboxes.push_back(sandbox(i));
      need(store_.create_sandbox(sandboxes.back()));
    }
    Taken restored;
    for (const SandboxIdentity& sandbox : sandboxes) take(restored, [&] { need(store_.restore_memory(sandbox, snapshot_)); });
    Taken copied;  // none is removed meanwhile: space comes back late
    for (int i = 0; i < clones; ++i) take(copied, [&] { copy_memory(root_ / ("copy" + std::to_string(i))); });
    std::printf("a memory of %llu MiB, its snapshot with a flat image\n", static_cast<unsigned long long>(memory_.value >> 20));
    print("restore_memory", restored);
    print("two copies", copied);
  }

 private:
  struct Taken {
    std::vector<double> mebibytes{};
    std::vector<double> milliseconds{};
  };

  Status capture(const std::string& staged, SnapshotIdentity& identity) {
    COWHERD_TRY(files_.write(staged + "/" + kCowFile, empty_store_front()));
    COWHERD_TRY(files_.sync(staged + "/" + kCowFile));
    COWHERD_TRY(files_.write(staged + "/" + kStateFile, std::string(13 << 10, 's')));
    COWHERD_TRY(files_.sync(staged + "/" + kStateFile));
    COWHERD_ASSIGN(const std::unique_ptr<MemorySource> guest, images_.open(root_ / "guest"));
    const MemoryHost host{files_, images_};
    const BuildId build = BuildId::from_uid(fresh_uid());
    COWHERD_ASSIGN(const Generation generation, build_first_generation(host, *guest, {staged, build}, {}));
    COWHERD_TRY(materialize(host, generation, staged + "/" + kFlatFile, {}));
    SavedMemory saved;
    saved.build = build.str();
    saved.machine = {"QEMU", "1", "max", "tcg", "f00"};
    saved.memory = memory_;
    saved.config_digest = "c";
    identity.memory = saved;
    identity.power = "Running";
    return {};
  }
  SandboxIdentity sandbox(int number) const {
    SandboxIdentity identity;
    identity.uid = fresh_uid();
    identity.name = *ResourceName::make("clone-" + std::to_string(number));
    identity.spec.template_ref = *ResourceName::make("base");
    identity.spec.memory = memory_;
    identity.template_name = "base";
    identity.revision = sha256("revision");
    identity.driver = DiskDriverKind::DmSnapshot;
    identity.disk_size = 16_KiB;
    identity.spec_hash = sha256("spec");
    return identity;
  }
  void copy_memory(const std::string& to) {
    const std::string from = layout_.snapshot_dir("golden") + "/";
    const auto copy = [](const std::string& source, const std::string& target) {
      std::ifstream in(source, std::ios::binary);
      std::ofstream out(target, std::ios::binary);
      out << in.rdbuf();
    };
    copy(from + memfile_name(*BuildId::make(snapshot_.memory->build)), to);
    copy(from + kFlatFile, to + ".flat");
    need(files_.sync(to));
    need(files_.sync(to + ".flat"));
  }
  double free_mebibytes() const {
    ::sync();
    struct statvfs found {};
    if (::statvfs(root_.path().c_str(), &found) != 0) std::exit(1);
    return static_cast<double>(found.f_bfree) * static_cast<double>(found.f_frsize) / (1 << 20);
  }
  void take(Taken& taken, const std::function<void()>& work) const {
    const double before = free_mebibytes();
    const auto begun = std::chrono::steady_clock::now();
    work();
    const auto ended = std::chrono::steady_clock::now();
    taken.mebibytes.push_back(before - free_mebibytes());
    taken.milliseconds.push_back(std::chrono::duration<double, std::milli>(ended - begun).count());
  }
  static void print(const char* what, const Taken& taken) {
    std::printf("  %-16s grown %8.3f MiB (first %8.3f)   %8.2f ms (best %8.2f)\n", what, median(taken.mebibytes),
                taken.mebibytes.front(), median(taken.milliseconds),
                *std::min_element(taken.milliseconds.begin(), taken.milliseconds.end()));
  }

  Bytes memory_;
  TemporaryDirectory root_{};
  Layout layout_{root_ / "state"};
  LinuxFileSystem files_{};
  LinuxBulkFiles bulk_{};
  LinuxFileParts parts_{};
  LinuxImageFiles images_{};
  QemuImageTools tools_{};
  SystemClock clock_{};
  Store store_{{files_, bulk_, tools_, parts_}, clock_, layout_};
  SnapshotIdentity snapshot_{};
};

}  // namespace
}  // namespace cowherd::testing

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  cowherd::testing::Bench bench(cowherd::Bytes{std::strtoull(argv[1], nullptr, 10) << 20});
  bench.take_snapshot();
  bench.measure(std::atoi(argv[2]));
  return 0;
}
