// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/source_meant.h"

#include <gmock/gmock.h>

#include "tests/unit/commands/sources.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SourceMeant : public ::testing::Test {
 protected:
  std::string why_no_source(const std::string& name) {
    const auto meant = git_source_meant(declared, name);
    return meant ? "it was understood" : to_string(meant.error());
  }

  Declaration declared = declaring({a_git_source("fleet"), a_directory_source("lab")});
};

TEST_F(SourceMeant, TheOnlyOneWithARepositoryNeedsNoName) {
  EXPECT_EQ("fleet", git_source_meant(declared, "")->name.str());
  EXPECT_EQ("fleet", git_source_meant(declared, "fleet")->name.str());
  EXPECT_EQ("lab", source_meant(declared, "lab")->name.str());
}

TEST_F(SourceMeant, WhatIsNotThereIsToldWithWhatIs) {
  EXPECT_THAT(why_no_source("flete"), HasSubstr("there is no source 'flete' (sources are fleet, lab)"));
  EXPECT_THAT(why_no_source("lab"), HasSubstr("Source/lab is a directory"));
  declared.sources.push_back(a_git_source("more"));
  EXPECT_THAT(why_no_source(""), HasSubstr("several sources follow a repository: fleet, more"));
  declared.sources.clear();
  EXPECT_THAT(why_no_source(""), HasSubstr("no document of kind Source"));
}

class RevisionMeant : public ::testing::Test {
 protected:
  RevisionMeant() {
    source.revision = a_commit('b').str();
    state.in_force = state.latest = a_commit('b');
    state.history = {a_past_revision('b', "second"), a_past_revision('a', "first")};
  }
  std::vector<KnownRevision> known() { return revisions_of({state, pin, newest}, source); }
  std::vector<std::string> standings() {
    std::vector<std::string> all;
    for (const KnownRevision& one : known()) all.push_back(one.revision.id.short7() + " " + one.standing);
    return all;
  }
  std::string why_not(const std::string& beginning) {
    const auto meant = revision_meant(known(), beginning);
    return meant ? "it was understood" : to_string(meant.error());
  }

  SourceStatus source = a_git_source("fleet");
  SourceState state{};
  std::optional<SourcePin> pin{};
  std::optional<PastRevision> newest{};
};

TEST_F(RevisionMeant, StandingsTellWhatIsInForce) {
  EXPECT_THAT(standings(), ElementsAre("bbbbbbb InForce", "aaaaaaa "));
  pin = SourcePin{a_commit('a'), "", noon()};
  source.revision = a_commit('a').str();
  EXPECT_THAT(standings(), ElementsAre("bbbbbbb Newest", "aaaaaaa Pinned"));
  source.revision = a_commit('b').str();
  source.ready = false;
  source.reason = "Conflict";
  EXPECT_THAT(standings(), ElementsAre("bbbbbbb InForce", "aaaaaaa Bad (Conflict)"));
}

TEST_F(RevisionMeant, ANewestThatWasNeverInForceIsBadOrWaits) {
  newest = a_past_revision('c', "third");
  state.latest = newest->id;
  source.ready = false;
  source.reason = "Conflict";
  EXPECT_THAT(standings(), ElementsAre("ccccccc Bad (Conflict)", "bbbbbbb InForce", "aaaaaaa "));
  pin = SourcePin{a_commit('b'), "", noon()};
  EXPECT_THAT(standings(), ElementsAre("ccccccc Newest", "bbbbbbb Pinned", "aaaaaaa "));
  EXPECT_EQ("third", revision_meant(known(), "cccc")->subject);
}

TEST_F(RevisionMeant, WhatWasRefusedIsListedAndCannotBeChosen) {
  state.refusal = Refusal{a_commit('d'), "NotVerified", "nobody signed it", ""};
  EXPECT_THAT(standings(), ElementsAre("ddddddd Refused (NotVerified)", "bbbbbbb InForce", "aaaaaaa "));
  EXPECT_THAT(why_not("dddd"), HasSubstr("never taken: nobody signed it"));
  EXPECT_THAT(why_not("9999"), HasSubstr("kept are bbbbbbb, aaaaaaa"));
}

TEST_F(RevisionMeant, OneThatTheServerWentBackToIsStillKept) {
  state.refusal = Refusal{a_commit('a'), "Rewound", "it does not descend from bbbbbbb", ""};
  EXPECT_THAT(standings(), ElementsAre("bbbbbbb InForce", "aaaaaaa Refused (Rewound)"));
  EXPECT_EQ("first", revision_meant(known(), "aaaa")->subject);
}

TEST_F(RevisionMeant, ItIsGivenByTheBeginningOfItsName) {
  EXPECT_EQ(a_commit('a'), revision_meant(known(), "aaaa")->id);
  EXPECT_EQ(a_commit('a'), revision_meant(known(), "AAAAAA")->id);
  EXPECT_EQ(a_commit('b'), revision_meant(known(), a_commit('b').str())->id);
  for (const std::string& text : {std::string("aaa"), std::string(), std::string("main"), std::string(65, 'a')}) {
    EXPECT_THAT(why_not(text), HasSubstr("4 to 64"));
  }
  EXPECT_THAT(why_not("abcd"), HasSubstr("no revision that is kept begins with 'abcd'"));
  state.history.push_back(a_past_revision(*CommitId::make("aaaab" + std::string(35, '0')), "older"));
  EXPECT_THAT(why_not("aaaa"), HasSubstr("give more of its digits"));
  EXPECT_EQ("older", revision_meant(known(), "aaaab")->subject);
}

}  // namespace
}  // namespace cowherd::testing
