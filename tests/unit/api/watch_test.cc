// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/watch.h"

#include <gmock/gmock.h>

#include "resources/files/json.h"
#include "tests/unit/api/statuses.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() { board.post({a_sandbox_status("a"), a_sandbox_status("b"), a_status(Kind::Template, "base")}, a_look()); }

  Watch watching(std::optional<BoardVersion> after, const std::string& name = "") {
    return Watch({{Kind::Sandbox, name}, after, most, bookmarks}, board.page(), noon());
  }
  // "ADDED a" for every line there is now.
  std::vector<std::string> told(Watch& watch, Moment now = noon()) {
    std::vector<std::string> lines;
    while (const SharedText line = watch.next(board.page(), now)) {
      const Value value = *parse_json(*line);
      const Value* name = value.find_path("object.metadata.name");
      const Value* code = value.find_path("object.code");
      lines.push_back(*value.find("type")->as_string() +
                      (name != nullptr ? " " + *name->as_string() : code != nullptr ? " " + std::to_string(*code->as_integer()) : ""));
    }
    return lines;
  }

  std::optional<Span> most{};
  bool bookmarks = false;
  Board board{kFirst, {4, 1 << 20}};
};

TEST_F(WatchTest, WithoutAVersionWhatIsThereComesFirst) {
  Watch watch = watching(std::nullopt);
  EXPECT_THAT(told(watch), ElementsAre("ADDED a", "ADDED b"));
  EXPECT_FALSE(watch.ended());
}

TEST_F(WatchTest, WhatChangedWhileTheFirstWereSentIsNotMissed) {
  Watch watch = watching(std::nullopt);
  EXPECT_NE(nullptr, watch.next(board.page(), noon()));
  board.post({a_sandbox_status("a", "Stopped"), a_status(Kind::Template, "base")}, a_look());
  EXPECT_THAT(told(watch), ElementsAre("ADDED b", "MODIFIED a", "DELETED b"));
}

TEST_F(WatchTest, FromAVersionOnlyWhatCameAfterItIsTold) {
  Watch watch = watching(board.page()->version);
  EXPECT_THAT(told(watch), IsEmpty());
  board.post({a_sandbox_status("b"), a_sandbox_status("c")}, a_look());
  EXPECT_THAT(told(watch), ElementsAre("ADDED c", "DELETED a"));
  EXPECT_THAT(told(watch), IsEmpty());
}

TEST_F(WatchTest, OfOneObjectNothingElseIsTold) {
  Watch watch = watching(board.page()->version, "b");
  board.post({a_sandbox_status("a", "Stopped"), a_sandbox_status("b", "Stopped")}, a_look());
  EXPECT_THAT(told(watch), ElementsAre("MODIFIED b"));
}

TEST_F(WatchTest, WhoFallsBehindIsToldAndEnds) {
  Watch watch = watching(board.page()->version);
  for (int i = 0; i < 6; ++i) board.post({a_sandbox_status("a", "R" + std::to_string(i))}, a_look());
  EXPECT_THAT(told(watch), ElementsAre("ERROR 410"));
  EXPECT_TRUE(watch.ended());
  EXPECT_THAT(told(watch), IsEmpty());
}

TEST_F(WatchTest, ManyChangesOfOthersDoNotMakeOneFallBehindThatLooks) {
  Watch watch = watching(board.page()->version, "b");
  for (int i = 0; i < 20; ++i) {
    board.post({a_sandbox_status("a", "R" + std::to_string(i)), a_sandbox_status("b")}, a_look());
    EXPECT_THAT(told(watch), IsEmpty());
  }
  EXPECT_FALSE(watch.ended());
}

TEST_F(WatchTest, EndsWhenItsTimeIsOverAndNothingIsLeftToTell) {
  most = std::chrono::seconds{5};
  Watch watch = watching(board.page()->version);
  EXPECT_THAT(told(watch, noon() + std::chrono::milliseconds{4999}), IsEmpty());
  EXPECT_FALSE(watch.ended());
  board.post({a_sandbox_status("a"), a_sandbox_status("b"), a_sandbox_status("c")}, a_look());
  EXPECT_THAT(told(watch, noon() + std::chrono::seconds{6}), ElementsAre("ADDED c"));
  EXPECT_TRUE(watch.ended());
}

TEST_F(WatchTest, BookmarksComeWhenAskedForAndNothingElseDid) {
  bookmarks = true;
  Watch watch = watching(board.page()->version);
  EXPECT_THAT(told(watch, noon() + kBetweenBookmarks - Span{1}), IsEmpty());
  const SharedText line = watch.next(board.page(), noon() + kBetweenBookmarks);
  ASSERT_NE(nullptr, line);
  const Value value = *parse_json(*line);
  EXPECT_EQ("BOOKMARK", *value.find("type")->as_string());
  EXPECT_EQ(std::to_string(board.page()->version), *value.find_path("object.metadata.resourceVersion")->as_string());
  EXPECT_EQ(nullptr, watch.next(board.page(), noon() + kBetweenBookmarks + Span{1}));
}

}  // namespace
}  // namespace cowherd::testing
