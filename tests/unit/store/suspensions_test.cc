// SPDX-License-Identifier: Apache-2.0
#include "resources/store/suspensions.h"

#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Moment kNoon{std::chrono::hours{12}};

class Suspensions : public ::testing::Test, protected StoreBed {
 protected:
  ObjectName web_{Kind::Sandbox, *ResourceName::make("web")};
  ObjectName policy_{Kind::RetentionPolicy, *ResourceName::make("web-2")};
};

}  // namespace

TEST_F(Suspensions, AreListedUntilTheyAreTakenBack) {
  ASSERT_TRUE(suspend(files, layout, web_, "its disk is being looked at", kNoon));
  ASSERT_TRUE(suspend(files, layout, policy_, "", kNoon));
  files.lose_power();
  const Suspension of_web{web_, "its disk is being looked at", kNoon};
  const Suspension of_policy{policy_, "", kNoon};
  EXPECT_THAT(*list_suspensions(files, layout), ElementsAre(of_web, of_policy));
  ASSERT_TRUE(unsuspend(files, layout, web_));
  files.lose_power();
  EXPECT_THAT(*list_suspensions(files, layout), ElementsAre(of_policy));
  EXPECT_EQ(unsuspend(files, layout, web_).error().kind, ErrorKind::NotFound);
}

TEST_F(Suspensions, GivenAgainKeepTheirBeginning) {
  ASSERT_TRUE(suspend(files, layout, web_, "first", kNoon));
  ASSERT_TRUE(suspend(files, layout, web_, "second", kNoon + std::chrono::hours{1}));
  EXPECT_THAT(*list_suspensions(files, layout), ElementsAre(Suspension{web_, "second", kNoon}));
}

TEST_F(Suspensions, TheNameAloneSuspends) {
  ASSERT_TRUE(suspend(files, layout, web_, "", kNoon));
  files.put(layout.approvals() + "/suspend-Sandbox-web.json", "{\"reason\"");
  const std::vector<Suspension> all = *list_suspensions(files, layout);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().object, web_);
  EXPECT_FALSE(all.front().since.has_value());
  EXPECT_THAT(all.front().reason, HasSubstr("cannot be read"));
}

TEST_F(Suspensions, OtherFilesAreLeftOut) {
  for (const std::string name : {"reconcile-1", "suspend-Sandbox-.json", "suspend-Sandbx-web.json", "suspend-Sandbox-web",
                                 "suspend-Sandbox-We.json", ".staging-suspend-Sandbox-web.json"}) {
    files.put(layout.approvals() + "/" + name, "{}");
  }
  EXPECT_THAT(*list_suspensions(files, layout), IsEmpty());
}

TEST_F(Suspensions, ReasonsAreOneLineOfBoundedLength) {
  for (const std::string& bad : {std::string("two\nlines"), std::string("\x1b[2J"), std::string(1025, 'x')}) {
    EXPECT_EQ(suspend(files, layout, web_, bad, kNoon).error().kind, ErrorKind::Invalid);
  }
  EXPECT_TRUE(suspend(files, layout, web_, std::string(1024, 'x'), kNoon));
}

}  // namespace cowherd::testing
