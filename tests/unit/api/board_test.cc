// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/board.h"

#include <gmock/gmock.h>

#include "resources/files/json.h"
#include "tests/unit/api/statuses.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const Posted& posted(const Page& page, const std::string& name) { return *page.objects.at({Kind::Sandbox, a_name(name)}); }

TEST(Board, HasNoPageBeforeTheFirstLook) { EXPECT_EQ(nullptr, Board(kFirst).page()); }

TEST(Board, ADocumentCarriesTheVersionOfItsLastChange) {
  Board board(kFirst);
  board.post({a_sandbox_status("web")}, a_look());
  const auto page = board.page();
  EXPECT_GT(page->version, kFirst);
  const auto document = parse_json(*posted(*page, "web").text);
  ASSERT_TRUE(document);
  EXPECT_EQ(std::to_string(page->version), *document->find_path("metadata.resourceVersion")->as_string());
}

TEST(Board, ALookThatFoundNothingNewChangesNoVersionAndMakesNoDocument) {
  Board board(kFirst);
  board.post({a_sandbox_status("web")}, a_look());
  const auto before = board.page();
  LookReport later = a_look();
  later.at += std::chrono::minutes{1};
  board.post({a_sandbox_status("web")}, later);
  const auto after = board.page();
  EXPECT_EQ(before->version, after->version);
  EXPECT_EQ(posted(*before, "web").text, posted(*after, "web").text);
  EXPECT_EQ(later.at, after->look.at);
}

TEST(Board, EveryChangeHasAVersionOfItsOwn) {
  Board board(kFirst);
  board.post({a_sandbox_status("a"), a_sandbox_status("b")}, a_look());
  const BoardVersion begun = board.page()->version;
  board.post({a_sandbox_status("b", "Stopped"), a_sandbox_status("c")}, a_look());
  const auto page = board.page();
  ASSERT_EQ(3u, page->changes.size());
  EXPECT_EQ(begun + 3, page->version);
  EXPECT_THAT(*page->changes[0].line, StartsWith(R"({"type":"MODIFIED","object":{)"));
  EXPECT_THAT(*page->changes[1].line, StartsWith(R"({"type":"ADDED","object":{)"));
  EXPECT_THAT(*page->changes[2].line, StartsWith(R"({"type":"DELETED","object":{)"));
  EXPECT_EQ(begun + 1, page->changes[0].version);
  EXPECT_EQ(begun + 3, page->changes[2].version);
}

TEST(Board, WhatWentTellsWhen) {
  Board board(kFirst);
  board.post({a_sandbox_status("web")}, a_look());
  board.post({}, a_look());
  const auto line = parse_json(*board.page()->changes.front().line);
  ASSERT_TRUE(line);
  EXPECT_EQ(print_moment(noon()), *line->find_path("object.metadata.deletionTimestamp")->as_string());
  EXPECT_EQ(std::to_string(board.page()->version), *line->find_path("object.metadata.resourceVersion")->as_string());
}

TEST(Board, OnlyTheLastChangesAreKept) {
  Board board(kFirst, {3, 1 << 20});
  board.post({}, a_look());
  const BoardVersion begun = board.page()->version;
  for (int i = 0; i < 5; ++i) board.post({a_sandbox_status("web", "R" + std::to_string(i))}, a_look());
  const auto page = board.page();
  EXPECT_EQ(3u, page->changes.size());
  EXPECT_EQ(begun + 2, page->forgotten);
  EXPECT_EQ(begun + 5, page->version);
}

TEST(Board, LongChangesAreKeptForLess) {
  Board board(kFirst, {1000, 1000});
  board.post({}, a_look());
  for (int i = 0; i < 9; ++i) board.post({a_sandbox_status("web", std::string(300, static_cast<char>('a' + i)))}, a_look());
  const auto page = board.page();
  std::size_t bytes = 0;
  for (const Change& change : page->changes) bytes += change.line->size();
  EXPECT_LE(bytes, 1000u);
  EXPECT_EQ(page->version - page->changes.size(), page->forgotten);
}

TEST(Board, APageStaysAsItWasWhenTheNextIsPosted) {
  Board board(kFirst);
  board.post({a_sandbox_status("web")}, a_look());
  const auto held = board.page();
  const std::string text = *posted(*held, "web").text;
  board.post({}, a_look());
  EXPECT_EQ(text, *posted(*held, "web").text);
  EXPECT_TRUE(held->changes.empty());
}

}  // namespace
}  // namespace cowherd::testing
