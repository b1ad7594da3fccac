// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "resources/vocabulary/fact.h"

namespace cowherd::testing {

TEST(Errors, TellWhatOnWhatWhyAndWhatFor) {
  const Error error = errno_error(EBUSY, "remove device 'cowherd-1-root'")
                          .in("deactivating the disk")
                          .in("removing sandbox 'web'")
                          .with_hint("stop the VM first")
                          .and_also(make_error(ErrorKind::Failed, "close it: no"));
  EXPECT_EQ(to_string(error),
            "remove device 'cowherd-1-root': Device or resource busy (EBUSY), while deactivating the disk, while "
            "removing sandbox 'web'; then close it: no (stop the VM first)");
  EXPECT_EQ(error.kind, ErrorKind::Busy);
  EXPECT_EQ(error.errno_value, EBUSY);
}

TEST(Errors, TheFirstHintStays) {
  EXPECT_EQ(make_error(ErrorKind::Failed, "m", "first").with_hint("second").hint, "first");
}

TEST(Errors, KindsFollowErrno) {
  EXPECT_EQ(errno_error(ENOENT, "x").kind, ErrorKind::NotFound);
  EXPECT_EQ(errno_error(ENXIO, "x").kind, ErrorKind::NotFound);
  EXPECT_EQ(errno_error(EAGAIN, "x").kind, ErrorKind::Busy);
  EXPECT_EQ(errno_error(EDQUOT, "x").kind, ErrorKind::Exhausted);
  EXPECT_EQ(errno_error(EROFS, "x").kind, ErrorKind::Denied);
  EXPECT_EQ(errno_error(EIO, "x").kind, ErrorKind::Failed);
  EXPECT_EQ(errno_error(987654, "x").message, "x: unknown error");
}

TEST(Results, GainContextOnlyWhenTheyFailed) {
  EXPECT_EQ(Result<int>(fail(ErrorKind::Failed, "m")).in("doing it").error().trail, std::vector<std::string>{"doing it"});
  EXPECT_EQ(*Result<int>(3).in("doing it"), 3);
}

TEST(Facts, OnlyNotFoundIsAbsent) {
  EXPECT_TRUE(Fact<int>::from(Result<int>(3)).known());
  EXPECT_TRUE(Fact<int>::from(fail(ErrorKind::NotFound, "gone")).absent());
  for (const ErrorKind kind : {ErrorKind::Invalid, ErrorKind::Stale, ErrorKind::Busy, ErrorKind::Exhausted,
                               ErrorKind::Denied, ErrorKind::Corrupt, ErrorKind::Failed}) {
    const auto fact = Fact<int>::from(fail(kind, "who knows"));
    ASSERT_TRUE(fact.unknown()) << to_string(kind);
    EXPECT_EQ(fact.why().message, "who knows");
  }
}

}  // namespace cowherd::testing
