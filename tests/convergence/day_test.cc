// SPDX-License-Identifier: Apache-2.0
// A day of a host with a thousand objects on a model host, with the real catalog and the board of the API: what the daemon
// holds afterwards is what it held before.
#include <gtest/gtest.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <filesystem>

#include "reconciler/api/board.h"
#include "resources/catalog/event_limits.h"
#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "tests/contract/temporary_directory.h"
#include "tests/convergence/model_world.h"

namespace cowherd::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int kSandboxes = 1000;
constexpr int kLeavingEachHour = 20;
constexpr int kOneOfSoManyRuns = 20;
constexpr Span kBetweenPasses = minutes{15};

struct Held {
  std::size_t rows = 0;    // that are about objects
  std::size_t events = 0;
  std::size_t bytes = 0;   // of the heap: what the daemon's end gives back
  std::size_t descriptors = 0;
};

class Day : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  void SetUp() override {
    auto opened = SqliteCatalog::open(directory_ / "catalog.db", DatabaseAccess::ReadWrite, world_.clock.now());
    ASSERT_TRUE(opened) << to_string(opened.error());
    catalog_ = std::move(opened->catalog);
    world_.remember_in(*catalog_);
    world_.limits.trash_grace = hours{1};
    world_.source.declare(a_template("base").declared());
    for (int i = 0; i < kSandboxes; ++i) declare_next();
    start();
  }

  void start() {
    board_ = std::make_unique<Board>(1, BoardLimits{256, 1 << 20});
    world_.start_daemon();
    ASSERT_TRUE(world_.settle());
  }

  static std::string name_of(int number) { return "box-" + std::to_string(number); }
  void declare_next() {
    SandboxBuilder box = a_sandbox(name_of(last_)).memory(64_MiB);
    if (last_++ % kOneOfSoManyRuns != 0) box.stopped();
    world_.source.declare(box.declared());
  }
  // The oldest leave, as many come, and one VM ends by itself.
  void change() {
    for (int i = 0; i < kLeavingEachHour; ++i) {
      world_.source.withdraw({Kind::Sandbox, a_name(name_of(first_++))});
      declare_next();
    }
    const std::vector<Uid> alive = world_.machines.all_alive();
    ASSERT_FALSE(alive.empty()) << last_;
    world_.machines.process_dies(alive.back());
  }
  void let_pass(Span span) {
    for (const Moment end = world_.clock.now() + span; world_.clock.now() < end;) {
      world_.clock.advance(kBetweenPasses);
      world_.pass();
      board_->post(world_.statuses(), {world_.clock.now(), true, "", 0});
      world_.faults.disarm();  // its trace
    }
  }
  // And the daemon begins anew.
  Held held() {
    const auto memory = catalog_->recall().value();
    Held held;
    held.rows = memory.attempts.size() + memory.generations.size() + memory.conditions.size() + memory.captures.size() +
                memory.open_intents.size() + catalog_->bases().value().size();
    held.events = catalog_->events("", static_cast<int>(kMostEvents)).value().size();
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++held.descriptors;
    const std::size_t before = ::mallinfo2().uordblks;
    board_.reset();
    world_.kill_daemon();
    held.bytes = before - ::mallinfo2().uordblks;
    start();
    return held;
  }

  TemporaryDirectory directory_{};
  ModelWorld world_{};
  std::unique_ptr<SqliteCatalog> catalog_{};
  std::unique_ptr<Board> board_{};
  int first_ = 0;
  int last_ = 0;
};

TEST_F(Day, OfAThousandObjectsLeavesMemoryDescriptorsAndRowsAsTheyWere) {
  for (int hour = 0; hour < 4; ++hour) {
    change();
    let_pass(hours{1});
  }
  const Held morning = held();
  for (int hour = 0; hour < 14; ++hour) {
    change();
    let_pass(hours{1});
  }
  const Held evening = held();
  EXPECT_EQ(morning.rows, evening.rows);
  EXPECT_EQ(morning.descriptors, evening.descriptors);
  EXPECT_GT(evening.events, morning.events);
  EXPECT_GT(morning.bytes, std::size_t{1} << 20);
  EXPECT_LE(evening.bytes, morning.bytes + morning.bytes / 20);

  let_pass(hours{3});
  const Held quiet = held();
  let_pass(hours{3});
  const Held night = held();
  EXPECT_EQ(quiet.rows, night.rows);
  EXPECT_EQ(quiet.events, night.events);
  EXPECT_EQ(quiet.descriptors, night.descriptors);
  EXPECT_LE(night.bytes, quiet.bytes + quiet.bytes / 20);
}

}  // namespace
}  // namespace cowherd::testing
