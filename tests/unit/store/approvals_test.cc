// SPDX-License-Identifier: Apache-2.0
#include "resources/store/approvals.h"

#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

const Uid kFirst = Uid::from_random({1, 2, 3, 4});
const Uid kSecond = Uid::from_random({9, 9, 9, 9});

class Approvals : public ::testing::Test, protected StoreBed {
 protected:
  Approval replace_{"replace", "Sandbox/web", kFirst.str(), "0a1b2c3d"};
};

}  // namespace

TEST_F(Approvals, AreListedUntilTheyAreConsumed) {
  const Approval other{"delete", "Sandbox/db", kSecond.str(), "0a1b2c3d"};
  for (const Approval& approval : {replace_, other}) ASSERT_TRUE(approve(files, layout, approval));
  ASSERT_TRUE(approve(files, layout, replace_)) << "again";
  files.lose_power();
  EXPECT_THAT(*list_approvals(files, layout), ::testing::UnorderedElementsAre(replace_, other));
  ASSERT_TRUE(consume_approvals(files, layout, kFirst));
  ASSERT_TRUE(consume_approvals(files, layout, kFirst)) << "again";
  files.lose_power();
  EXPECT_THAT(*list_approvals(files, layout), ::testing::ElementsAre(other));
}

TEST_F(Approvals, OfAnotherFormAreInvalid) {
  for (const Approval& bad : {Approval{"explode", "Sandbox/web", kFirst.str(), "0a1b2c3d"},
                              Approval{"replace", "Sandbox/web", "../../x", "0a1b2c3d"},
                              Approval{"replace", "Sandbox/web", kFirst.str(), "0A1B2C3D"},
                              Approval{"replace", "", kFirst.str(), "0a1b2c3d"},
                              Approval{"prune", "", "", ""}}) {
    EXPECT_EQ(approve(files, layout, bad).error().kind, ErrorKind::Invalid);
  }
}

TEST_F(Approvals, ATrashEntryIsNamedByItself) {
  const std::string entry = "sandbox-web-01010101-20261120T000000Z";
  ASSERT_TRUE(approve(files, layout, undelete_approval(entry)));
  files.lose_power();
  const std::vector<Approval> all = *list_approvals(files, layout);
  EXPECT_THAT(all, ::testing::ElementsAre(undelete_approval(entry)));
  EXPECT_TRUE(is_to_come_back(all, entry));
  EXPECT_FALSE(is_to_come_back(all, "sandbox-web-01010101-20261120T000001Z"));
  ASSERT_TRUE(consume_approvals_of(files, layout, "Trash/" + entry));
  EXPECT_THAT(*list_approvals(files, layout), ::testing::IsEmpty());
  for (const std::string bad : {"", "web", "../sandbox-web-01010101-20261120T000000Z", "sandbox-web-01010101-20261120T000000Z/x"}) {
    EXPECT_EQ(approve(files, layout, undelete_approval(bad)).error().kind, ErrorKind::Invalid) << bad;
  }
}

TEST_F(Approvals, ATemplateIsNamedWithoutUid) {
  const Approval base{"delete", "Template/base", "", ""};
  const Approval other{"delete", "Template/other", "", ""};
  ASSERT_TRUE(approve(files, layout, base));
  ASSERT_TRUE(approve(files, layout, other));
  ASSERT_TRUE(approve(files, layout, replace_));
  ASSERT_TRUE(consume_approvals_of(files, layout, "Template/base"));
  EXPECT_THAT(*list_approvals(files, layout), ::testing::UnorderedElementsAre(other, replace_));
  EXPECT_FALSE(approve(files, layout, {"delete", "Template/../../x", "", ""}));
  EXPECT_FALSE(approve(files, layout, {"replace", "Template/base", "", ""}));
}

TEST_F(Approvals, WhatCannotBeReadIsNamedWithoutUid) {
  const ObjectName sandbox{Kind::Sandbox, ResourceName::make("0123456789ab").value()};
  const ObjectName snapshot{Kind::Snapshot, ResourceName::make("s1").value()};
  for (const ObjectName& object : {sandbox, snapshot}) ASSERT_TRUE(approve(files, layout, named_approval(object)));
  files.lose_power();
  EXPECT_TRUE(is_approved_by_name(*list_approvals(files, layout), sandbox));
  EXPECT_TRUE(is_approved_by_name(*list_approvals(files, layout), snapshot));
  ASSERT_TRUE(consume_approvals_of(files, layout, to_string(sandbox)));
  EXPECT_THAT(*list_approvals(files, layout), ::testing::ElementsAre(named_approval(snapshot)));
  EXPECT_FALSE(approve(files, layout, {"delete", "RetentionPolicy/x", "", ""}));
}

TEST_F(Approvals, FilesThatAreNoneAreLeftAlone) {
  ASSERT_TRUE(approve(files, layout, replace_));
  files.put(layout.approvals() + "/notes.txt", "hello");
  files.put(layout.approvals() + "/huge.json", std::string(100'000, '['));
  files.put(layout.approvals() + "/renamed.json", *files.peek(layout.approvals() + "/replace-" + kFirst.str() + "-0a1b2c3d.json"));
  files.put(layout.approvals() + "/.staging-prune.json", "{}");
  EXPECT_THAT(*list_approvals(files, layout), ::testing::ElementsAre(replace_));
  ASSERT_TRUE(consume_approvals(files, layout, kFirst));
  EXPECT_TRUE(files.exists(layout.approvals() + "/notes.txt"));
}

TEST_F(Approvals, WithoutADirectoryThereAreNone) {
  files.erase(layout.approvals());
  EXPECT_TRUE(list_approvals(files, layout)->empty());
  EXPECT_TRUE(consume_approvals(files, layout, kFirst));
  EXPECT_TRUE(approve(files, layout, replace_));
}

TEST_F(Approvals, AnUnreadableDirectoryIsNotAnEmptyOne) {
  files.deny(layout.approvals());
  EXPECT_EQ(list_approvals(files, layout).error().kind, ErrorKind::Denied);
}

}  // namespace cowherd::testing
