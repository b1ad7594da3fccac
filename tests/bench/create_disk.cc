// SPDX-License-Identifier: Apache-2.0
// How long one sandbox disk takes from nothing to a device that a VM can open, by the dm-snapshot driver and by bare calls
// (bare_disk.h), in one process and in a new order each round; beside it with what the journal adds, which makes each step durable before and after.
// Prints medians, the best, and ratios (the median over the rounds, that of the best); asserts nothing. Run it in a kernel that
// nobody else uses: tests/bench/create_disk. Usage: create_disk_bench ROUNDS OTHERS, OTHERS being disks that are active meanwhile.
#include <libdevmapper.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "resources/block/dm_snapshot_disk.h"
#include "resources/block/exception_store.h"
#include "resources/block/kernel/kernel_device_mapper.h"
#include "resources/block/kernel/kernel_loop_devices.h"
#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "tests/bench/bare_disk.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

constexpr Bytes kImage = 64_MiB;

template <class Answer>
void need(const Answer& answer) {
  if (answer) return;
  std::fprintf(stderr, "%s\n", to_string(answer.error()).c_str());
  std::exit(1);
}

double milliseconds(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

double median(std::vector<double> of) {
  std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
  return of[of.size() / 2];
}

double best(const std::vector<double>& of) { return *std::min_element(of.begin(), of.end()); }

using Numbers = std::vector<double>;

struct Times {
  Numbers create{};
  Numbers activate{};
  Numbers whole{};
  void add(double created, double activated) {
    create.push_back(created);
    activate.push_back(activated);
    whole.push_back(created + activated);
  }
  void print(const char* who) const {
    std::printf("  %-10s create %6.2f ms (best %6.2f)  activate %6.2f ms (best %6.2f)  together %6.2f ms (best %6.2f)\n", who,
                median(create), best(create), median(activate), best(activate), median(whole), best(whole));
  }
};

// Each round's own ratio, since a busy host is busy for both.
double median_ratio(const Numbers& own, const Numbers& floor) {
  Numbers ratios;
  for (std::size_t i = 0; i < own.size(); ++i) ratios.push_back(own[i] / floor[i]);
  return median(ratios);
}

void print_ratios(const char* who, const Times& own, const Times& floor) {
  std::printf("  %-10s create %6.2f x  (best %6.2f)  activate %6.2f x  (best %6.2f)  together %6.2f x  (best %6.2f)\n", who,
              median_ratio(own.create, floor.create), best(own.create) / best(floor.create),
              median_ratio(own.activate, floor.activate), best(own.activate) / best(floor.activate),
              median_ratio(own.whole, floor.whole), best(own.whole) / best(floor.whole));
}

class Bench {
 public:
  Bench() {
    need(files_.write(root_ / "image", std::string(1 << 20, 'b')));
    need(files_.resize(root_ / "image", kImage));
    image_ = bare::attach_image(root_ / "image");
    auto opened = SqliteCatalog::open(root_ / "catalog.db", DatabaseAccess::ReadWrite, {});
    need(opened);
    catalog_ = std::move(opened->catalog);
  }

  void keep_active(int others) {
    for (int i = 0; i < others; ++i) {
      const DiskPlan disk = plan(1000 + i, 2 * kImage.value);
      need(driver_.create(disk));
      need(driver_.activate(disk));
      others_.push_back(disk);
    }
  }
  void measure(const char* what, Bytes size, int rounds) {
    Times driver;
    Times floor;
    Times journalled;
    for (int i = -2; i < rounds; ++i) {  // two rounds to warm up
      const DiskPlan disk = plan(i + 2, size.value);
      std::vector<std::function<void()>> turns{
          [&] { keep(by_driver(disk), i, driver); }, [&] { keep(by_bare(disk), i, floor); }, [&] { keep(by_journal(disk), i, journalled); }};
      std::shuffle(turns.begin(), turns.end(), order_);  // what ran before leaves its work to the kernel and the disk
      for (const auto& turn : turns) turn();
    }
    std::printf("%s\n", what);
    driver.print("cowherd");
    floor.print("bare");
    print_ratios("ratio", driver, floor);
    journalled.print("journalled");
  }
  void end() {
    for (const DiskPlan& disk : others_) need(driver_.deactivate(disk));
  }

 private:
  static void keep(const Times& one, int round, Times& all) {
    if (round >= 0) all.add(one.create[0], one.activate[0]);
  }
  DiskPlan plan(int number, std::uint64_t size) {
    char uid[33];
    std::snprintf(uid, sizeof uid, "%012d%020d", number, number);
    DiskPlan disk;
    disk.uid = Uid::make(uid).value();
    disk.driver = DiskDriverKind::DmSnapshot;
    disk.directory = root_ / uid;
    disk.base_image = root_ / "image";
    disk.size = Bytes{size};
    need(files_.make_directory(disk.directory));
    return disk;
  }
  Times by_driver(const DiskPlan& disk) {
    Times times;
    const double created = milliseconds([&] { need(driver_.create(disk)); });
    times.add(created, milliseconds([&] { need(driver_.activate(disk)); }));
    need(driver_.deactivate(disk));
    need(files_.remove(disk.directory + "/" + kCowFile));
    return times;
  }
  // As the executor does it.
  double in_journal(const char* verb, const std::function<void()>& work) {
    return milliseconds([&] {
      const auto intent = catalog_->begin_intent({0, "Sandbox/bench", verb, verb, {}});
      need(intent);
      work();
      need(catalog_->finish_intent(*intent, OutcomeKind::Done, {}, ""));
      need(catalog_->clear_attempts(std::string("Sandbox/bench ") + verb));
    });
  }
  Times by_journal(const DiskPlan& disk) {
    Times times;
    const double created = in_journal("create-disk", [&] { need(driver_.create(disk)); });
    times.add(created, in_journal("activate-disk", [&] { need(driver_.activate(disk)); }));
    need(driver_.deactivate(disk));
    need(files_.remove(disk.directory + "/" + kCowFile));
    return times;
  }
  Times by_bare(const DiskPlan& plan) {
    const bare::Disk disk{"bare", plan.directory, image_, kImage.value / 512, plan.size.value / 512, store_size_for(plan).value};
    Times times;
    const double created = milliseconds([&] { bare::create_store(disk); });
    times.add(created, milliseconds([&] { bare::activate(disk); }));
    bare::deactivate(disk);
    need(files_.remove(plan.directory + "/" + kCowFile));
    return times;
  }

  TemporaryDirectory root_{};
  LinuxFileSystem files_{};
  LinuxFileParts parts_{};
  KernelDeviceMapper dm_{};
  KernelLoopDevices loops_{};
  DmSnapshotDriver driver_{dm_, loops_, files_, parts_, "0123abcd"};
  unsigned image_ = 0;
  std::vector<DiskPlan> others_{};
  std::unique_ptr<Catalog> catalog_{};
  std::mt19937 order_{1};
};

}  // namespace
}  // namespace cowherd::testing

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  ::dm_udev_set_sync_support(0);
  const int rounds = std::atoi(argv[1]);
  cowherd::testing::Bench bench;
  bench.keep_active(std::atoi(argv[2]));
  std::printf("%s other disks active\n", argv[2]);
  bench.measure("a disk of the image's size", cowherd::Bytes{64ull << 20}, rounds);
  bench.measure("a disk larger than the image", cowherd::Bytes{128ull << 20}, rounds);
  bench.end();
  return 0;
}
