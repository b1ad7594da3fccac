// SPDX-License-Identifier: Apache-2.0
// What every Catalog does, in memory or in SQLite: instantiated with a maker of an empty one. Include it in one test
// file per program, then INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "resources/catalog/catalog.h"
#include "resources/catalog/catalog_index.h"

namespace cowherd::testing {

class CatalogBed {
 public:
  virtual ~CatalogBed() = default;
  virtual Catalog& catalog() = 0;
  virtual CatalogIndex& index() = 0;
  // The process dies and starts again on the same memory.
  virtual void restart() = 0;
};

using MakeCatalogBed = std::function<std::unique_ptr<CatalogBed>()>;

inline Moment at_minute(std::int64_t minute) { return Moment{std::chrono::hours{500'000} + std::chrono::minutes{minute}}; }

inline Event event_at(std::int64_t minute, const std::string& object = "Sandbox/web", const std::string& message = "m") {
  return {object, EventType::Warning, "BootFailed", message, at_minute(minute), at_minute(minute), 1};
}

class CatalogContract : public ::testing::TestWithParam<MakeCatalogBed> {
 protected:
  std::unique_ptr<CatalogBed> bed_ = GetParam()();
  Catalog& catalog() { return bed_->catalog(); }
  CatalogMemory recalled() {
    const auto memory = catalog().recall();
    EXPECT_TRUE(memory);
    return memory.value_or(CatalogMemory{});
  }
};

TEST_P(CatalogContract, BasesAreReplacedAsAWholeAndSurviveARestart) {
  const IndexedBase child{"base/c", "00000001", "clone-base", "Template/base", {"base/p"}, {"Sandbox/a", "Sandbox/b"}};
  const IndexedBase parent{"base/p", "00000002", "rootfs", "Template/base", {}, {}};
  ASSERT_TRUE(bed_->index().set_bases({child, parent}));
  bed_->restart();
  EXPECT_EQ(*bed_->index().bases(), (std::vector<IndexedBase>{child, parent}));
  ASSERT_TRUE(bed_->index().set_bases({parent}));
  EXPECT_EQ(*bed_->index().bases(), std::vector<IndexedBase>{parent});
}

TEST_P(CatalogContract, AParentThatIsNoBaseIsLeftOut) {
  ASSERT_TRUE(bed_->index().set_bases({{"base/c", "00000001", "clone-base", "Template/base", {"base/gone"}, {}}}));
  EXPECT_TRUE(bed_->index().bases()->front().parents.empty());
}

TEST_P(CatalogContract, AFreshOneIsNotRebuiltUntilItIsMarked) {
  EXPECT_FALSE(*bed_->index().is_rebuilt());
  ASSERT_TRUE(bed_->index().mark_rebuilt());
  ASSERT_TRUE(bed_->index().mark_rebuilt());
  bed_->restart();
  EXPECT_TRUE(*bed_->index().is_rebuilt());
}

TEST_P(CatalogContract, AFreshOneIsEmpty) {
  EXPECT_EQ(recalled(), CatalogMemory{});
  EXPECT_TRUE(catalog().events("", 10)->empty());
}

TEST_P(CatalogContract, EverythingIsRecalledAfterARestart) {
  const Attempts attempts{3, at_minute(5), "boot: it's \"broken\"", "look at the log", "0a1b2c3d", "QuiesceFailed"};
  const SpecGeneration generation{7, "hash"};
  const ConditionMemory condition{"False", "BootFailed", at_minute(1)};
  ASSERT_TRUE(catalog().set_attempts("Sandbox/web start-machine", attempts));
  ASSERT_TRUE(catalog().set_generation("Sandbox/web", generation));
  ASSERT_TRUE(catalog().set_condition("Sandbox/web Ready", condition));
  const CaptureMemory capture{"hash", at_minute(4)};
  ASSERT_TRUE(catalog().set_capture("Snapshot/s1", capture));
  const auto id = catalog().begin_intent({0, "Sandbox/web", "start-machine", "start it", at_minute(2)});
  ASSERT_TRUE(id);
  ASSERT_TRUE(catalog().add_event(event_at(3)));
  bed_->restart();
  const CatalogMemory memory = recalled();
  EXPECT_EQ(memory.attempts.at("Sandbox/web start-machine"), attempts);
  EXPECT_EQ(memory.generations.at("Sandbox/web"), generation);
  EXPECT_EQ(memory.conditions.at("Sandbox/web Ready"), condition);
  EXPECT_EQ(memory.captures.at("Snapshot/s1"), capture);
  EXPECT_THAT(memory.open_intents,
              ::testing::ElementsAre(Intent{*id, "Sandbox/web", "start-machine", "start it", at_minute(2)}));
  EXPECT_THAT(*catalog().events("", 10), ::testing::ElementsAre(event_at(3)));
}

TEST_P(CatalogContract, SettingAgainReplaces) {
  ASSERT_TRUE(catalog().set_generation("Sandbox/web", {1, "a"}));
  ASSERT_TRUE(catalog().set_generation("Sandbox/web", {2, "b"}));
  ASSERT_TRUE(catalog().set_attempts("Sandbox/web x", {1, at_minute(1), "", "", "", ""}));
  ASSERT_TRUE(catalog().set_attempts("Sandbox/web x", {2, at_minute(2), "", "", "", ""}));
  ASSERT_TRUE(catalog().set_condition("Sandbox/web Ready", {"True", "", at_minute(1)}));
  ASSERT_TRUE(catalog().set_condition("Sandbox/web Ready", {"False", "", at_minute(2)}));
  const CatalogMemory memory = recalled();
  EXPECT_EQ(memory.generations.at("Sandbox/web").number, 2);
  EXPECT_EQ(memory.attempts.at("Sandbox/web x").failures, 2);
  EXPECT_EQ(memory.conditions.at("Sandbox/web Ready").status, "False");
}

TEST_P(CatalogContract, AnIntentIsOpenUntilItIsFinished) {
  const auto first = catalog().begin_intent({0, "Sandbox/a", "x", "", at_minute(1)});
  const auto second = catalog().begin_intent({0, "Sandbox/b", "x", "", at_minute(2)});
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  ASSERT_TRUE(catalog().finish_intent(*first, OutcomeKind::Failed, at_minute(3), "no"));
  ASSERT_EQ(recalled().open_intents.size(), 1u);
  EXPECT_EQ(recalled().open_intents.front().id, *second);
  EXPECT_EQ(catalog().finish_intent(*second + 100, OutcomeKind::Done, at_minute(3), "").error().kind,
            ErrorKind::NotFound);
}

TEST_P(CatalogContract, ManyFinishedIntentsNeverLoseAnOpenOne) {
  const auto open = catalog().begin_intent({0, "Sandbox/a", "import", "", at_minute(1)});
  for (int i = 0; i < 1100; ++i) {
    const auto id = catalog().begin_intent({0, "Sandbox/b", "x", "", at_minute(1)});
    ASSERT_TRUE(catalog().finish_intent(*id, OutcomeKind::Done, at_minute(1), ""));
  }
  ASSERT_EQ(recalled().open_intents.size(), 1u);
  EXPECT_EQ(recalled().open_intents.front().id, *open);
}

TEST_P(CatalogContract, ClearedAttemptsAreForgotten) {
  ASSERT_TRUE(catalog().set_attempts("Sandbox/web x", {}));
  ASSERT_TRUE(catalog().clear_attempts("Sandbox/web x"));
  EXPECT_TRUE(catalog().clear_attempts("Sandbox/web x")) << "absent is success";
  EXPECT_TRUE(recalled().attempts.empty());
}

TEST_P(CatalogContract, ForgettingTakesOneObjectAndNoOther) {
  for (const char* object : {"Sandbox/web", "Sandbox/web-2", "Snapshot/web", "Sandbox/w%b", "Sandbox/w_b"}) {
    ASSERT_TRUE(catalog().set_attempts(std::string(object) + " start", {}));
    ASSERT_TRUE(catalog().set_condition(std::string(object) + " Ready", {}));
    ASSERT_TRUE(catalog().set_generation(object, {1, ""}));
    ASSERT_TRUE(catalog().set_capture(object, {}));
  }
  ASSERT_TRUE(catalog().add_event(event_at(1)));
  ASSERT_TRUE(catalog().forget("Sandbox/web"));
  ASSERT_TRUE(catalog().forget("Sandbox/w_b"));
  ASSERT_TRUE(catalog().forget("Sandbox/nobody"));
  const CatalogMemory memory = recalled();
  EXPECT_EQ(memory.attempts.size(), 3u);
  EXPECT_EQ(memory.conditions.size(), 3u);
  EXPECT_EQ(memory.generations.size(), 3u);
  EXPECT_EQ(memory.captures.size(), 3u);
  EXPECT_TRUE(memory.generations.count("Sandbox/web-2"));
  EXPECT_TRUE(memory.attempts.count("Sandbox/w%b start"));
  EXPECT_EQ(catalog().events("Sandbox/web", 10)->size(), 1u) << "what happened stays told";
}

TEST_P(CatalogContract, TheSameEventWithinTenMinutesCountsUp) {
  for (const int minute : {0, 5, 15}) ASSERT_TRUE(catalog().add_event(event_at(minute)));
  ASSERT_TRUE(catalog().add_event(event_at(26)));
  const auto events = *catalog().events("Sandbox/web", 10);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].count, 3);
  EXPECT_EQ(events[0].first, at_minute(0));
  EXPECT_EQ(events[0].last, at_minute(15));
  EXPECT_EQ(events[1], event_at(26));
}

TEST_P(CatalogContract, EventsThatDifferStandApart) {
  Event normal = event_at(0);
  normal.type = EventType::Normal;
  Event reason = event_at(0);
  reason.reason = "Killed";
  for (const Event& event : {event_at(0), normal, reason, event_at(0, "Sandbox/db"), event_at(0, "Sandbox/web", "n")}) {
    ASSERT_TRUE(catalog().add_event(event));
  }
  EXPECT_EQ(catalog().events("", 10)->size(), 5u);
}

TEST_P(CatalogContract, EventsComeNewestLastAndAtMostSoMany) {
  ASSERT_TRUE(catalog().add_event(event_at(0, "Sandbox/web", "old")));
  ASSERT_TRUE(catalog().add_event(event_at(1, "Sandbox/db", "other")));
  ASSERT_TRUE(catalog().add_event(event_at(2, "Sandbox/web", "new")));
  ASSERT_TRUE(catalog().add_event(event_at(3, "Sandbox/web", "old")));  // counts up, and is the newest now
  const auto messages = [&](const std::string& object, int most) {
    std::vector<std::string> texts;
    const auto events = catalog().events(object, most);
    for (const Event& event : *events) texts.push_back(event.message);
    return texts;
  };
  EXPECT_THAT(messages("", 10), ::testing::ElementsAre("other", "new", "old"));
  EXPECT_THAT(messages("Sandbox/web", 10), ::testing::ElementsAre("new", "old"));
  EXPECT_THAT(messages("", 1), ::testing::ElementsAre("old"));
  EXPECT_THAT(messages("", 0), ::testing::IsEmpty());
  EXPECT_THAT(messages("", -1), ::testing::IsEmpty());
}

TEST_P(CatalogContract, EventsOlderThanAWeekAreForgotten) {
  ASSERT_TRUE(catalog().add_event(event_at(0)));
  ASSERT_TRUE(catalog().add_event(event_at(6 * 24 * 60, "Sandbox/db")));
  ASSERT_TRUE(catalog().add_event(event_at(8 * 24 * 60, "Sandbox/db", "new")));
  EXPECT_EQ(catalog().events("", 10)->size(), 2u);
  EXPECT_TRUE(catalog().events("Sandbox/web", 10)->empty());
}

TEST_P(CatalogContract, TextOfAnyKindIsKept) {
  const std::string odd = "'; DROP TABLE events; -- \n\t\xc3\xa4 \"x\"";
  ASSERT_TRUE(catalog().add_event(event_at(0, "Sandbox/web", odd)));
  ASSERT_TRUE(catalog().set_generation(odd, {1, odd}));
  bed_->restart();
  EXPECT_EQ(catalog().events("Sandbox/web", 1)->front().message, odd);
  EXPECT_EQ(recalled().generations.at(odd).spec_hash, odd);
}

}  // namespace cowherd::testing
