// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/source_pins.h"

#include <gmock/gmock.h>

#include "reconciler/commands/perform.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/unit/commands/pictures.h"
#include "tests/unit/commands/sources.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

class SourcePins : public ::testing::Test {
 protected:
  SourcePins() {
    files.put_directory("/state");
    picture.declared = declaring({a_git_source("fleet"), a_directory_source("lab")});
    for (const char digit : {'a', 'b'}) {
      Revision revision;
      revision.id = a_commit(digit);
      EXPECT_TRUE(keep_revision(files, layout, fleet, revision));
    }
    SourceState state;
    state.in_force = state.latest = a_commit('b');
    state.history = {a_past_revision('b', "second"), a_past_revision('a', "first")};
    EXPECT_TRUE(write_source_state(files, layout, fleet, state));
  }
  std::string done(const Order& order) {
    const auto told = perform(order, picture, files, layout);
    return told ? *told : "refused: " + to_string(told.error());
  }
  CommitId pinned_at() { return read_pin(files, layout, fleet).value_or(SourcePin{}).id; }

  Faults faults{};
  FakeFileSystem files{faults};
  Layout layout{"/state"};
  ResourceName fleet = a_name("fleet");
  Picture picture = an_empty_picture();
};

TEST_F(SourcePins, ARollbackPinsAndUnsuspendLiftsIt) {
  EXPECT_THAT(done(RollbackOrder{"", "aaaa", "the last one lost a template"}),
              HasSubstr("pinned: Source/fleet at aaaaaaa (first); what it declares comes into force"));
  EXPECT_EQ((SourcePin{a_commit('a'), "the last one lost a template", noon()}), *read_pin(files, layout, fleet));
  EXPECT_EQ("unpinned: Source/fleet follows its repository again\n", done(UnsuspendOrder{"source/fleet"}));
  EXPECT_EQ(ErrorKind::NotFound, read_pin(files, layout, fleet).error().kind);
  EXPECT_EQ("Source/fleet is not pinned; nothing was done\n", done(UnsuspendOrder{"Source/fleet"}));
}

TEST_F(SourcePins, SuspendPinsAtWhatIsInForce) {
  EXPECT_THAT(done(SuspendOrder{"Source/fleet", "freeze week"}), HasSubstr("pinned: Source/fleet at bbbbbbb; it stays in force"));
  EXPECT_EQ(a_commit('b'), pinned_at());
}

TEST_F(SourcePins, WhatIsInForceMayBePinnedByName) {
  EXPECT_THAT(done(RollbackOrder{"fleet", "bbbb", ""}), HasSubstr("it stays in force until 'cowherd unsuspend Source/fleet'"));
  EXPECT_EQ(a_commit('b'), pinned_at());
}

TEST_F(SourcePins, WhatCannotBeMeantPinsNothing) {
  EXPECT_THAT(done(RollbackOrder{"fleet", "cccc", ""}), HasSubstr("kept are bbbbbbb, aaaaaaa"));
  EXPECT_THAT(done(RollbackOrder{"none", "aaaa", ""}), HasSubstr("there is no source 'none'"));
  EXPECT_THAT(done(RollbackOrder{"lab", "aaaa", ""}), HasSubstr("is a directory"));
  EXPECT_THAT(done(SuspendOrder{"Source/lab", ""}), HasSubstr("is a directory"));
  EXPECT_THAT(done(SuspendOrder{"Source/", ""}), HasSubstr("refused"));
  EXPECT_THAT(done(UnsuspendOrder{"Source/none"}), HasSubstr("there is no source 'none'"));
  EXPECT_THAT(done(RollbackOrder{"fleet", "aaaa", "two\nlines"}), HasSubstr("refused"));
  EXPECT_TRUE(pinned_at().empty());
}

TEST_F(SourcePins, ARevisionWhoseManifestsAreGoneIsNotChosen) {
  ASSERT_TRUE(files.remove(layout.source_dir(fleet) + "/revisions/" + a_commit('a').str() + ".json"));
  EXPECT_THAT(done(RollbackOrder{"fleet", "aaaa", ""}), HasSubstr("not kept any more"));
  EXPECT_TRUE(pinned_at().empty());
}

TEST_F(SourcePins, OneThatHadNothingYetCannotStay) {
  picture.declared.sources.front().revision.clear();
  EXPECT_THAT(done(SuspendOrder{"Source/fleet", ""}), HasSubstr("nothing of Source/fleet is in force"));
}

TEST_F(SourcePins, APinOfASourceThatIsConfiguredNoMoreCanBeLifted) {
  ASSERT_THAT(done(SuspendOrder{"Source/fleet", ""}), HasSubstr("pinned"));
  picture.declared.sources.clear();
  EXPECT_THAT(done(UnsuspendOrder{"Source/fleet"}), HasSubstr("unpinned"));
}

TEST_F(SourcePins, EventsAreAboutTheSource) {
  EXPECT_EQ("Source/fleet", object_of(RollbackOrder{"", "aaaa", ""}, picture.declared));
  EXPECT_EQ("Source/fleet", object_of(SuspendOrder{"source/fleet", ""}, picture.declared));
  EXPECT_EQ("Sandbox/web", object_of(SuspendOrder{"sbx/web", ""}, picture.declared));
}

}  // namespace
}  // namespace cowherd::testing
