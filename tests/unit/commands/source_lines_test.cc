// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/source_lines.h"

#include <gmock/gmock.h>

#include "reconciler/commands/watching.h"
#include "tests/unit/commands/sources.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SourceStatus a_stuck_source() {
  SourceStatus source = a_git_source("fleet");
  source.ready = false;
  source.reason = "NotVerified";
  source.message = "nobody signed ccccccc";
  source.newest = a_commit('c').str();
  return source;
}

TEST(SourceLines, ATableHasOneLineForEach) {
  EXPECT_EQ(
      "NAME    TYPE        READY   REVISION   NEWEST   CHECKED   OBJECTS   PLACE\n"
      "fleet   Git         True    bbbbbbb    -        12s       3         https://git.example.org/fleet.git branch main\n"
      "lab     Directory   True    -          -        -         0         /srv/lab\n",
      print_sources({a_git_source("fleet"), a_directory_source("lab")}, noon()));
}

TEST(SourceLines, OneThatIsNotReadyIsExplainedBelow) {
  const std::string text = print_sources({a_stuck_source()}, noon());
  EXPECT_THAT(text, HasSubstr("False   bbbbbbb    ccccccc"));
  EXPECT_THAT(text, HasSubstr("\nSource/fleet is not ready, NotVerified: nobody signed ccccccc; bbbbbbb stays in force\n"));
}

TEST(SourceLines, WithoutARevisionNothingIsInForce) {
  SourceStatus source = a_stuck_source();
  source.revision.clear();
  EXPECT_THAT(source_messages({source}), ElementsAre(HasSubstr("; nothing of it is in force")));
}

TEST(SourceLines, APinSaysHowItIsLifted) {
  SourceStatus source = a_git_source("fleet");
  source.pinned = true;
  source.message = "pinned to bbbbbbb: the last one lost a template";
  EXPECT_THAT(source_messages({source}), ElementsAre("Source/fleet is pinned to bbbbbbb: the last one lost a template"));
  source.ready = false;
  source.reason = "ServerSlow";
  source.message = "no answer";
  EXPECT_THAT(source_messages({source}), ElementsAre("Source/fleet is not ready, ServerSlow: no answer; bbbbbbb stays in force",
                                                     HasSubstr("pinned; it follows its repository again after 'cowherd unsuspend Source/fleet'")));
  EXPECT_THAT(source_messages({a_git_source("fleet"), a_directory_source("lab")}), IsEmpty());
}

TEST(SourceLines, WhatAServerSaysDoesNotSteerATerminal) {
  SourceStatus source = a_stuck_source();
  source.message = "no \x1b[2J such ref";
  EXPECT_THAT(source_messages({source}), ElementsAre(Not(HasSubstr("\x1b"))));
}

TEST(DeclaredCode, ASourceThatIsNotReadyIsPartly) {
  EXPECT_EQ(ExitCode::Done, declared_code(declaring({a_git_source("fleet")})));
  EXPECT_EQ(ExitCode::Partly, declared_code(declaring({a_git_source("more"), a_stuck_source()})));
}

}  // namespace
}  // namespace cowherd::testing
