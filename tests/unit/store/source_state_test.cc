// SPDX-License-Identifier: Apache-2.0
#include "resources/store/source_state.h"

#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::HasSubstr;

const Moment kNoon{std::chrono::hours{12}};

CommitId commit(char digit) { return *CommitId::make(std::string(40, digit)); }

class SourceStates : public ::testing::Test, protected StoreBed {
 protected:
  static Revision revision(char digit) {
    return {commit(digit), "subject \"quoted\"", "A U Thor <a@example.org>", kNoon, "a key", {{"hosts/a.yaml", "kind: X\n# \t\n"}}};
  }

  ResourceName fleet_ = *ResourceName::make("fleet");
};

}  // namespace

TEST_F(SourceStates, AreReadBackAsTheyWereWritten) {
  SourceState state;
  state.followed = "https://git.example.org/fleet.git branch main";
  EXPECT_EQ(read_source_state(files, layout, fleet_).error().kind, ErrorKind::NotFound);
  ASSERT_TRUE(write_source_state(files, layout, fleet_, state));
  EXPECT_EQ(*read_source_state(files, layout, fleet_), state);
  state.in_force = commit('1');
  state.followed_to = commit('2');
  state.latest = commit('3');
  state.refusal = Refusal{commit('4'), "Rewound", "it does not descend", "allow it"};
  state.problem = SourceProblem{"ServerSlow", "no answer", kNoon, 3};
  state.checked = kNoon;
  state.history = {{commit('1'), "subject", "author", "signer", kNoon, kNoon + Span{1}}};
  ASSERT_TRUE(write_source_state(files, layout, fleet_, state));
  files.lose_power();
  EXPECT_EQ(*read_source_state(files, layout, fleet_), state);
}

TEST_F(SourceStates, ThatAreDamagedAreCorrupt) {
  for (const char* text : {"", "{", "[]", "{}", "{\"formatVersion\": 1, \"followed\": \"x\", \"history\": [1]}",
                           "{\"formatVersion\": 1, \"followed\": \"x\", \"history\": [], \"inForce\": \"abc\"}",
                           "{\"formatVersion\": 1, \"followed\": \"x\", \"history\": [], \"more\": 1}"}) {
    files.put(layout.source_dir(fleet_) + "/state.json", text);
    const auto read = read_source_state(files, layout, fleet_);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::Corrupt) << text;
  }
}

TEST_F(SourceStates, TextsAreKeptOnceAndGoWhenNothingNamesThem) {
  SourceState state;
  for (const char digit : {'1', '2', '3', '4', '5'}) ASSERT_TRUE(keep_revision(files, layout, fleet_, revision(digit)));
  ASSERT_TRUE(keep_revision(files, layout, fleet_, revision('1')));
  files.lose_power();
  state.in_force = commit('1');
  state.latest = commit('2');
  state.history = {{commit('3'), "", "", "", kNoon, kNoon}};
  ASSERT_TRUE(drop_revisions(files, layout, fleet_, state, SourcePin{commit('4'), "", kNoon}));
  for (const char digit : {'1', '2', '3', '4'}) {
    const auto text = read_revision_text(files, layout, fleet_, commit(digit));
    ASSERT_TRUE(text) << digit;
    EXPECT_EQ(*parse_revision(*text), revision(digit));
  }
  EXPECT_EQ(read_revision_text(files, layout, fleet_, commit('5')).error().kind, ErrorKind::NotFound);
}

TEST_F(SourceStates, ForeignFilesStay) {
  const std::string foreign = layout.source_dir(fleet_) + "/revisions/notes.txt";
  files.put(foreign, "mine");
  ASSERT_TRUE(drop_revisions(files, layout, fleet_, SourceState{}, std::nullopt));
  EXPECT_TRUE(files.exists(foreign));
}

TEST_F(SourceStates, APinStaysUntilItIsTakenAway) {
  const SourcePin pin{commit('1'), "the new one breaks", kNoon};
  EXPECT_EQ(read_pin(files, layout, fleet_).error().kind, ErrorKind::NotFound);
  ASSERT_TRUE(pin_source(files, layout, fleet_, pin));
  files.lose_power();
  EXPECT_EQ(*read_pin(files, layout, fleet_), pin);
  ASSERT_TRUE(unpin_source(files, layout, fleet_));
  files.lose_power();
  EXPECT_EQ(unpin_source(files, layout, fleet_).error().kind, ErrorKind::NotFound);
}

TEST_F(SourceStates, APinsReasonIsOneLine) {
  const Status refused = pin_source(files, layout, fleet_, {commit('1'), "two\nlines", kNoon});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("one line"));
}

}  // namespace cowherd::testing
