// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/answer.h"

#include <gmock/gmock.h>

#include "resources/files/json.h"
#include "tests/unit/api/statuses.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;
using Query = std::map<std::string, std::string>;

const std::string kSandboxes = "/apis/cowherd.dev/v1alpha1/sandboxes";
const std::string kSources = "/apis/cowherd.dev/v1alpha1/sources";

class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() { board.post({a_sandbox_status("a"), a_sandbox_status("b"), a_status(Kind::Template, "base")}, a_look()); }

  Answered asked(const std::string& path, const Query& query = {}, const std::string& method = "GET") {
    return answer({method, path, query}, board.page(), now, {"1.2.3", std::chrono::minutes{2}});
  }
  // The answer as "CODE", and its body.
  int code(const std::string& path, const Query& query = {}, const std::string& method = "GET") {
    const auto given = asked(path, query, method);
    const auto* plain = std::get_if<ApiAnswer>(&given);
    body = plain == nullptr ? Value() : parse_json(*plain->body).value_or(Value());
    return plain == nullptr ? 0 : plain->code;
  }
  std::string text(const std::string& path) {
    const Value* found = body.find_path(path);
    return found != nullptr && found->as_string() != nullptr ? *found->as_string() : "";
  }
  std::string version() { return std::to_string(board.page()->version); }

  Moment now = noon();
  Value body{};
  Board board{kFirst, {2, 1 << 20}};
};

TEST_F(AnswerTest, AListHasTheDocumentsOfItsKindAndAVersion) {
  EXPECT_EQ(200, code(kSandboxes));
  EXPECT_EQ("SandboxList", text("kind"));
  EXPECT_EQ("cowherd.dev/v1alpha1", text("apiVersion"));
  EXPECT_EQ(version(), text("metadata.resourceVersion"));
  const Value::List& items = *body.find("items")->as_list();
  ASSERT_EQ(2u, items.size());
  EXPECT_EQ("a", *items[0].find_path("metadata.name")->as_string());
  EXPECT_EQ("Sandbox", *items[0].find("kind")->as_string());
}

TEST_F(AnswerTest, EveryKindHasAList) {
  for (const auto& [plural, kind] : std::map<std::string, std::string>{{"templates", "TemplateList"},
                                                                       {"snapshots", "SnapshotList"},
                                                                       {"retentionpolicies", "RetentionPolicyList"}}) {
    EXPECT_EQ(200, code("/apis/cowherd.dev/v1alpha1/" + plural));
    EXPECT_EQ(kind, text("kind"));
  }
}

TEST_F(AnswerTest, OneObjectIsItsDocument) {
  EXPECT_EQ(200, code(kSandboxes + "/a"));
  EXPECT_EQ("a", text("metadata.name"));
}

TEST_F(AnswerTest, FieldSelectorTakesANameAndNothingElse) {
  EXPECT_EQ(200, code(kSandboxes, {{"fieldSelector", "metadata.name=b"}}));
  EXPECT_EQ(1u, body.find("items")->as_list()->size());
  for (const char* selector : {"metadata.name!=b", "status.phase=x", "metadata.name=", "m"}) {
    EXPECT_EQ(400, code(kSandboxes, {{"fieldSelector", selector}})) << selector;
  }
}

TEST_F(AnswerTest, WhatWouldChangeAListAndIsNotThereIsRefused) {
  EXPECT_EQ(400, code(kSandboxes, {{"labelSelector", "a=b"}}));
  EXPECT_EQ(400, code(kSandboxes, {{"continue", "x"}}));
  EXPECT_EQ(200, code(kSandboxes, {{"limit", "500"}}));
}

TEST_F(AnswerTest, FailuresAreStatusObjects) {
  EXPECT_EQ(404, code(kSandboxes + "/none"));
  EXPECT_EQ("Status", text("kind"));
  EXPECT_EQ("Failure", text("status"));
  EXPECT_EQ("NotFound", text("reason"));
  EXPECT_EQ(404, *body.find("code")->as_integer());
  EXPECT_THAT(text("message"), HasSubstr("Sandbox/none"));
}

TEST_F(AnswerTest, WhatIsNotThereIsNotFound) {
  for (const std::string& path : {std::string("/"), std::string(), kSandboxes + "/a/b", kSandboxes + "/", kSandboxes + "/A!",
                                  std::string("/apis/cowherd.dev/v1/sandboxes"), std::string("/etc/passwd")}) {
    EXPECT_EQ(404, code(path)) << path;
  }
}

TEST_F(AnswerTest, OnlyReadingIsAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"}) {
    EXPECT_EQ(405, code(kSandboxes + "/a", {}, method));
    EXPECT_EQ("MethodNotAllowed", text("reason"));
  }
}

TEST_F(AnswerTest, AWatchSaysWhatItAskedFor) {
  const auto given = asked(kSandboxes, {{"watch", "1"},
                                        {"resourceVersion", version()},
                                        {"timeoutSeconds", "7"},
                                        {"allowWatchBookmarks", "true"}});
  const auto* watch = std::get_if<WatchRequest>(&given);
  ASSERT_NE(nullptr, watch);
  EXPECT_EQ(board.page()->version, watch->after);
  EXPECT_EQ(std::chrono::seconds{7}, watch->most);
  EXPECT_TRUE(watch->bookmarks);
}

TEST_F(AnswerTest, AVersionThatIsNotKnownIsGone) {
  const BoardVersion old = board.page()->version;
  for (int i = 0; i < 3; ++i) board.post({a_sandbox_status("a", "R" + std::to_string(i))}, a_look());
  EXPECT_EQ(410, code(kSandboxes, {{"watch", "1"}, {"resourceVersion", std::to_string(old)}}));
  EXPECT_EQ("Expired", text("reason"));
  EXPECT_EQ(410, code(kSandboxes, {{"watch", "1"}, {"resourceVersion", std::to_string(board.page()->version + 1)}}));
  EXPECT_EQ(0, code(kSandboxes, {{"watch", "1"}, {"resourceVersion", std::to_string(board.page()->forgotten)}}));
}

TEST_F(AnswerTest, NonsenseInAWatchIsRefused) {
  EXPECT_EQ(400, code(kSandboxes, {{"watch", "1"}, {"resourceVersion", "12x"}}));
  EXPECT_EQ(400, code(kSandboxes, {{"watch", "1"}, {"resourceVersion", "-1"}}));
  EXPECT_EQ(400, code(kSandboxes, {{"watch", "1"}, {"resourceVersion", std::string(40, '9')}}));
  EXPECT_EQ(400, code(kSandboxes, {{"watch", "1"}, {"timeoutSeconds", "soon"}}));
}

TEST_F(AnswerTest, BeforeTheFirstLookThereIsNothingToTell) {
  const Board empty(kFirst);
  const auto given = answer({"GET", kSandboxes, {}}, empty.page(), now, {"1.2.3", Span{1}});
  EXPECT_EQ(503, std::get<ApiAnswer>(given).code);
  EXPECT_EQ(503, std::get<ApiAnswer>(answer({"GET", "/readyz", {}}, empty.page(), now, {"1.2.3", Span{1}})).code);
  EXPECT_EQ(200, std::get<ApiAnswer>(answer({"GET", "/livez", {}}, empty.page(), now, {"1.2.3", Span{1}})).code);
}

TEST_F(AnswerTest, ReadyTellsWhatIsNot) {
  EXPECT_EQ(200, code("/readyz"));
  now += std::chrono::minutes{3};
  EXPECT_EQ(503, code("/readyz"));
  EXPECT_EQ("failed", text("status"));
  EXPECT_THAT(*body.find("checks")->as_list()->front().find("message")->as_string(), HasSubstr("3m"));
  EXPECT_EQ(200, code("/livez"));
}

TEST_F(AnswerTest, UnreadManifestsAreNotReadyAndInvalidOnesAre) {
  board.post({}, {noon(), false, "open '/m': permission denied", 0});
  EXPECT_EQ(503, code("/readyz"));
  EXPECT_EQ("open '/m': permission denied", *body.find("checks")->as_list()->back().find("message")->as_string());
  board.post({}, {noon(), true, "", 2});
  EXPECT_EQ(200, code("/readyz"));
  EXPECT_THAT(*body.find("checks")->as_list()->back().find("message")->as_string(), HasSubstr("2 errors"));
}

TEST_F(AnswerTest, SourcesAreAListAndEachByItsName) {
  SourceStatus stuck = a_source("lab");
  stuck.ready = false;
  stuck.reason = "NotVerified";
  stuck.message = "nobody signed it";
  board.post({}, a_look({a_source("fleet"), stuck}));
  EXPECT_EQ(200, code(kSources));
  EXPECT_EQ("SourceList", text("kind"));
  EXPECT_EQ(2u, body.find("items")->as_list()->size());
  EXPECT_EQ(200, code(kSources + "/lab"));
  EXPECT_EQ("lab", text("metadata.name"));
  EXPECT_EQ(std::string(40, 'b'), text("status.revision"));
  const Value& ready = body.find_path("status.conditions")->as_list()->front();
  EXPECT_EQ("NotVerified", *ready.find("reason")->as_string());
  EXPECT_EQ("False", *ready.find("status")->as_string());
  EXPECT_EQ(404, code(kSources + "/none"));
  EXPECT_EQ(404, code(kSources + "/"));
}

TEST_F(AnswerTest, SourcesAreReadAndNotWatched) {
  for (const char* key : {"watch", "labelSelector", "fieldSelector", "continue"}) EXPECT_EQ(400, code(kSources, {{key, "1"}})) << key;
  EXPECT_EQ(405, code(kSources, {}, "POST"));
  EXPECT_EQ(405, code(kSources + "/fleet/hook"));
  EXPECT_EQ(405, code(kSources + "/fleet/hook", {}, "DELETE"));
}

TEST_F(AnswerTest, ASourceThatIsNotReadyIsNamedAndDoesNotMakeTheDaemonUnready) {
  SourceStatus stuck = a_source("fleet");
  stuck.ready = false;
  stuck.reason = "ServerSlow";
  board.post({}, a_look({stuck}));
  EXPECT_EQ(200, code("/readyz"));
  EXPECT_THAT(*body.find("checks")->as_list()->back().find("message")->as_string(), HasSubstr("fleet (ServerSlow)"));
}

TEST_F(AnswerTest, VersionIsThatOfTheProgram) {
  EXPECT_EQ(200, code("/version"));
  EXPECT_EQ("1.2.3", text("version"));
}

}  // namespace
}  // namespace cowherd::testing
