// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cowherd::testing {

TEST(Name, IsADnsLabel) {
  for (const std::string& text : {std::string("a"), std::string("7"), std::string("agent-7"), std::string("a--b"), std::string(63, 'x')}) {
    ASSERT_TRUE(ResourceName::make(text)) << text;
    EXPECT_EQ(ResourceName::make(text)->str(), text);
  }
  for (const std::string& text : {std::string(), std::string("-a"), std::string("a-"), std::string("A"), std::string("a_b"), std::string("a.b"), std::string("a/b"), std::string(".."),
                                  std::string("a b"), std::string("\xc3\xa4"), std::string("a\0b", 3), std::string(64, 'x')}) {
    EXPECT_EQ(ResourceName::make(text).error().kind, ErrorKind::Invalid) << text;
  }
}

TEST(Name, AHugeWrongOneIsNotPrintedWhole) {
  EXPECT_LT(ResourceName::make(std::string(1'000'000, '_')).error().message.size(), 200u);
}

TEST(Uids, AreThirtyTwoHexDigits) {
  const Uid uid = Uid::from_random({0x4f, 0x2a, 0, 0xff});
  EXPECT_EQ(uid.str(), "4f2a00ff000000000000000000000000");
  EXPECT_EQ(uid.short8(), "4f2a00ff");
  EXPECT_EQ(uid.short12(), "4f2a00ff0000");
  EXPECT_EQ(*Uid::make(uid.str()), uid);
  EXPECT_FALSE(Uid::make(uid.short12()));
  EXPECT_FALSE(Uid::make("4F2A00FF000000000000000000000000"));
  EXPECT_FALSE(Uid::make("../../etc/passwd/../../etc/passw"));
}

TEST(Digests, AreSixtyFourHexDigits) {
  EXPECT_TRUE(Digest::make(std::string(64, 'a')));
  EXPECT_FALSE(Digest::make(std::string(63, 'a')));
  EXPECT_FALSE(Digest::make(std::string(64, 'A')));
  EXPECT_TRUE(Digest{}.empty());
}

}  // namespace cowherd::testing
