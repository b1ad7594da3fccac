// SPDX-License-Identifier: Apache-2.0
// Every call dies before it acts, dies after it acted, or fails; then the power goes. What was published
// stays whole.
#include <functional>

#include "tests/unit/memory/memory_bed.h"

namespace cowherd::testing {

namespace {

// The work of a test on a bed with the generations "abcd" in /a and "X.cd" in /b; and what must hold after it
// was interrupted, told whether it claimed success.
using Work = std::function<Status(MemoryBed&)>;
using Check = std::function<void(MemoryBed&, bool succeeded)>;

void set_up(MemoryBed& bed) {
  for (const char* directory : {"/a", "/b", "/c"}) bed.files.put_directory(directory);
  const auto parent = bed.first("/a", '1', memory("abcd"));
  ASSERT_TRUE(parent);
  ASSERT_TRUE(bed.next("/b", '2', memory("X.cd"), {{pages(0), pages(2)}}, *parent));
}

void interrupt_once(const Work& work, const Check& check, FaultMode mode, int nth) {
  MemoryBed bed;
  set_up(bed);
  bed.faults.arm(mode, nth);
  bool succeeded = false;
  try {
    succeeded = work(bed).has_value();
  } catch (const SimulatedDeath&) {
  }
  bed.faults.disarm();
  EXPECT_FALSE(succeeded && mode == FaultMode::Fail && nth > 0) << "a failure was passed over";
  bed.files.lose_power();
  EXPECT_EQ(bed.stored("/a"), "abcd");
  EXPECT_EQ(bed.stored("/b"), "X.cd");
  check(bed, succeeded);
}

void interrupt_everywhere(const Work& work, const Check& check) {
  MemoryBed clean;
  set_up(clean);
  clean.faults.disarm();
  ASSERT_TRUE(work(clean));
  const int calls = clean.faults.calls();
  ASSERT_GT(calls, 5);
  for (int nth = 1; nth <= calls; ++nth) {
    for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter, FaultMode::Fail}) {
      SCOPED_TRACE("call " + std::to_string(nth) + " " +
                   clean.faults.trace()[static_cast<std::size_t>(nth - 1)] + ", mode " +
                   std::to_string(static_cast<int>(mode)));
      interrupt_once(work, check, mode, nth);
    }
  }
  interrupt_once(work, check, FaultMode::None, 0);
}

Result<Generation> second(MemoryBed& bed) { return load_generation(bed.files, "/b"); }

}  // namespace

TEST(Interrupted, AGenerationIsThereAsAWholeOrNotAtAll) {
  const Work work = [](MemoryBed& bed) -> Status {
    COWHERD_ASSIGN(const Generation parent, second(bed));
    COWHERD_TRY(bed.files.make_directory("/c/.staging-memory"));
    COWHERD_TRY(bed.next("/c/.staging-memory", '3', memory("XY.d"), {{pages(1), pages(2)}}, parent));
    return publish_directory(bed.files, "/c/.staging-memory", "/c/memory");
  };
  interrupt_everywhere(work, [](MemoryBed& bed, bool succeeded) {
    EXPECT_TRUE(!succeeded || bed.files.exists("/c/memory"));
    if (bed.files.exists("/c/memory")) {
      EXPECT_EQ(bed.stored("/c/memory"), "XY.d");
    }
  });
}

TEST(Interrupted, ACompactionChangesNoContentAndCanBeDoneAgain) {
  const Work work = [](MemoryBed& bed) -> Status {
    COWHERD_ASSIGN(const Generation old, second(bed));
    COWHERD_ASSIGN(const Compaction made, compact(bed.host, old, build_id('3'), {}));
    return remove_unnamed_files(bed.files, made.generation);
  };
  interrupt_everywhere(work, [](MemoryBed& bed, bool) {
    const auto left = second(bed);
    ASSERT_TRUE(left);
    const auto again = compact(bed.host, *left, build_id('4'), {});
    ASSERT_TRUE(again) << to_string(again.error());
    ASSERT_TRUE(remove_unnamed_files(bed.files, again->generation));
    EXPECT_EQ(bed.files.list("/b")->size(), 2u);
    EXPECT_EQ(bed.stored("/b"), "X.cd");
  });
}

TEST(Interrupted, AFlatImageIsThereAsAWholeOrNotAtAllAndCanBeMadeAgain) {
  const Work work = [](MemoryBed& bed) -> Status {
    COWHERD_ASSIGN(const Generation from, second(bed));
    COWHERD_TRY(materialize(bed.host, from, "/c/flat", {}));
    return {};
  };
  interrupt_everywhere(work, [&](MemoryBed& bed, bool succeeded) {
    EXPECT_TRUE(!succeeded || bed.files.exists("/c/flat"));
    if (!bed.files.exists("/c/flat")) {
      EXPECT_TRUE(work(bed));
    }
    EXPECT_EQ(bed.files.peek("/c/flat"), memory("X.cd"));
    EXPECT_EQ(bed.files.list("/c")->size(), 1u);
  });
}

}  // namespace cowherd::testing
