// SPDX-License-Identifier: Apache-2.0
// What git prints, and what it never prints.
#include "resources/git/git_program/git_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/block_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;

const std::string kOne(40, '1');
const std::string kTwo(40, '2');
const std::string kNul(1, '\0');

CommitId id(const std::string& text) { return *CommitId::make(text); }

TEST(LsRemote, TheRefOfThatWholeNameCounts) {
  const std::string text = kOne + "\trefs/heads/x/refs/heads/main\n" + kTwo + "\trefs/heads/main\n";
  EXPECT_EQ(*parse_ls_remote(text, "refs/heads/main"), id(kTwo));
  EXPECT_EQ(*parse_ls_remote("", "refs/heads/main"), std::nullopt);
}

TEST(LsRemote, ATagsCommitComesBeforeItsObjectInEitherOrder) {
  const std::string object = kOne + "\trefs/tags/v1\n";
  const std::string commit = kTwo + "\trefs/tags/v1^{}\n";
  EXPECT_EQ(*parse_ls_remote(object, "refs/tags/v1"), id(kOne));
  EXPECT_EQ(*parse_ls_remote(object + commit, "refs/tags/v1"), id(kTwo));
  EXPECT_EQ(*parse_ls_remote(commit + object, "refs/tags/v1"), id(kTwo));
}

TEST(LsRemote, WhatIsNoLineOfItIsCorrupt) {
  for (const std::string& text : {std::string("x"), kOne, kOne + "\trefs/heads/main", kOne + " refs/heads/main\n", "g" + kOne.substr(1) + "\trefs/heads/main\n",
                                  kOne + "0\trefs/heads/main\n", "\n" + kOne + "\trefs/heads/main\n"}) {
    EXPECT_THAT(parse_ls_remote(text, "refs/heads/main"), FailsWith(ErrorKind::Corrupt)) << text;
  }
}

TEST(Tree, EntriesAreReadAsTheyAre) {
  const std::string text = "100644 blob " + kOne + "      12\ta b\tc\n.yaml" + kNul + "100755 blob " + kTwo + "       0\tx" + kNul + "120000 blob " + kOne +
                           "       3\tl" + kNul + "160000 commit " + kTwo + "       -\ts/m" + kNul;
  using Type = TreeEntry::Type;
  EXPECT_THAT(*parse_tree(text, 4), ElementsAre(TreeEntry{Type::File, id(kOne), 12, "a b\tc\n.yaml"}, TreeEntry{Type::File, id(kTwo), 0, "x"},
                                                TreeEntry{Type::Symlink, id(kOne), 3, "l"}, TreeEntry{Type::Submodule, id(kTwo), 0, "s/m"}));
  EXPECT_THAT(parse_tree(text, 3), FailsWith(ErrorKind::Exhausted));
  EXPECT_TRUE(parse_tree("", 0)->empty());
}

TEST(Tree, WhatIsNoEntryIsCorrupt) {
  const std::string good = "100644 blob " + kOne + " 1\tx";
  EXPECT_THAT(parse_tree(good, 9), FailsWith(ErrorKind::Corrupt)) << "cut off";
  for (const std::string& text :
       {std::string(), std::string("x"), "100644 blob " + kOne + " 1\t", "100644 blob " + kOne + " -\tx", "100644 blob " + kOne + " -1\tx",
        "100644 blob " + kOne + " 99999999999999999999999\tx", std::string("100644 blob 12 1\tx"), "040000 tree " + kOne + " -\tx", "100644 commit " + kOne + " 1\tx",
        "999999 blob " + kOne + " 1\tx"}) {
    EXPECT_THAT(parse_tree(text + kNul, 9), FailsWith(ErrorKind::Corrupt)) << text;
  }
}

TEST(Object, IsThereOrIsNot) {
  EXPECT_EQ(*parse_object(kOne + " tree 33\n"), (NamedObject{"tree", id(kOne)}));
  EXPECT_EQ(*parse_object(kOne + ":hosts missing\n"), std::nullopt);
  for (const std::string& text : {std::string(), kOne, kOne + " tree\n", kOne + " tree x\n", kOne + " tree 1\nmore\n", std::string("x tree 1\n")}) {
    EXPECT_THAT(parse_object(text), FailsWith(ErrorKind::Corrupt)) << text;
  }
}

TEST(Contents, AreThoseOfTheFilesAskedFor) {
  const std::vector<TreeEntry> files{{TreeEntry::Type::File, id(kOne), 3, "a"}, {TreeEntry::Type::File, id(kTwo), 0, "b"}};
  const std::string text = kOne + " blob 3\nx\ny\n" + kTwo + " blob 0\n\n";
  EXPECT_THAT(*parse_contents(text, files), ElementsAre("x\ny", ""));
  for (const std::string& other : {text + "x", text.substr(0, text.size() - 1), kTwo + text.substr(40), kOne + " blob 4\nx\ny\n" + kTwo + " blob 0\n\n",
                                   kOne + " missing\n" + kTwo + " blob 0\n\n", std::string()}) {
    EXPECT_THAT(parse_contents(other, files), FailsWith(ErrorKind::Corrupt)) << other;
  }
}

TEST(Facts, AreOneLineEachAndOfThisCalendar) {
  const auto facts = parse_facts("Ann\x1b]0;x" + kNul + "ann@x" + kNul + "1700000000" + kNul + "two\nlines \xe2\x80\xae \xff\n");
  ASSERT_THAT(facts, Succeeds());
  EXPECT_EQ(facts->author, "Ann ]0;x <ann@x>");
  EXPECT_EQ(facts->subject, "two lines   ?");
  EXPECT_EQ(print_moment(facts->committed), "2023-11-14T22:13:20Z");
  EXPECT_EQ(parse_facts("a" + kNul + "b" + kNul + "99999999999999" + kNul)->committed, parse_facts("a" + kNul + "b" + kNul + "253402300799" + kNul)->committed);
  EXPECT_EQ(parse_facts("a" + kNul + "b" + kNul + "-5" + kNul)->committed, Moment{});
  EXPECT_THAT(parse_facts("a" + kNul + "b"), FailsWith(ErrorKind::Corrupt));
}

TEST(OneLine, IsBoundedBetweenWholeCharacters) {
  EXPECT_EQ(one_line("a\xc3\xa4z", 2), "a");
  EXPECT_EQ(one_line("a\xc3\xa4z", 3), "a\xc3\xa4");
}

}  // namespace
}  // namespace cowherd::testing
