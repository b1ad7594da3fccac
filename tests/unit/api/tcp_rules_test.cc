// SPDX-License-Identifier: Apache-2.0
// Who may do what over TCP, and what a token file has to be.
#include "reconciler/api/tcp_rules.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "reconciler/api/http/token_file.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

const std::string kToken = "0123456789abcdef0123456789abcdef";

// The code of a refusal; 0 for none.
int refused(const TcpRequest& request, const std::optional<std::string>& token) {
  const auto answer = refusal_over_tcp(request, token);
  return answer ? answer->code : 0;
}

TEST(TcpRules, TheTokenAndNothingElseOpens) {
  for (const char* brought : {"", "Bearer", "Bearer ", "Bearer x", "Basic 0123456789abcdef0123456789abcdef",
                                     "0123456789abcdef0123456789abcdef", "Bearer 0123456789abcdef0123456789abcde",
                                     "Bearer 0123456789abcdef0123456789abcdef0", "Bearer 0123456789abcdef0123456789abcdeF"}) {
    EXPECT_EQ(401, refused({"GET", "localhost", brought}, kToken)) << brought;
  }
  EXPECT_EQ(0, refused({"GET", "anything", "Bearer " + kToken}, kToken));
  EXPECT_EQ(0, refused({"HEAD", "", "bearer  " + kToken}, kToken));
}

TEST(TcpRules, NothingIsChangedOverTcp) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(405, refused({method, "localhost", "Bearer " + kToken}, kToken));
    EXPECT_EQ(405, refused({method, "localhost", ""}, std::nullopt));
  }
}

TEST(TcpRules, WithoutATokenAPageOfAnotherSiteReadsNothing) {
  for (const char* host : {"localhost", "LOCALHOST:9477", "127.0.0.1:9477", "[::1]:9477", "[::1]"}) {
    EXPECT_EQ(0, refused({"GET", host, ""}, std::nullopt)) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:9477", "localhost.evil.example", "127.0.0.1.evil.example:9477"}) {
    EXPECT_EQ(403, refused({"GET", host, ""}, std::nullopt)) << host;
  }
}

TEST(AddressBook, AnAddressHasItsShareAndOthersTheirs) {
  AddressBook book;
  for (int i = 0; i < 64; ++i) EXPECT_EQ(Admission::Reader, book.enter("10.0.0.1"));
  EXPECT_EQ(Admission::TooMany, book.enter("10.0.0.1"));
  EXPECT_EQ(Admission::Reader, book.enter("10.0.0.2"));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Admission::TooMany, book.enter("10.0.0.1"));
  EXPECT_EQ(Admission::Full, book.enter("10.0.0.1"));
  for (int i = 0; i < 72; ++i) book.leave("10.0.0.1");
  EXPECT_EQ(Admission::Reader, book.enter("10.0.0.1"));
}

TEST(AddressBook, ThereIsAnEnd) {
  AddressBook book;
  for (int i = 0; i < 128; ++i) EXPECT_EQ(Admission::Reader, book.enter(std::to_string(i)));
  EXPECT_EQ(Admission::Full, book.enter("another"));
}

class TokenFiles : public ::testing::Test {
 protected:
  Result<std::string> read(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return TokenFile(path).read();
  }
  ErrorKind failure(const std::string& text, mode_t mode = 0600) {
    const auto token = read(text, mode);
    return token ? ErrorKind::Failed : token.error().kind;
  }

  TemporaryDirectory directory{};
  std::string path = directory.path() + "/token";
};

TEST_F(TokenFiles, TheFirstLineIsTheToken) {
  EXPECT_EQ(kToken, *read(kToken));
  EXPECT_EQ(kToken, *read(kToken + "\n"));
  EXPECT_EQ(kToken, *read(kToken + "\nwhat it is for\n", 0640));
}

TEST_F(TokenFiles, WhatOthersMayReadOrWriteIsNoSecret) {
  for (const mode_t mode : {0644, 0604, 0660, 0602, 0700, 0666}) EXPECT_EQ(ErrorKind::Denied, failure(kToken, mode)) << mode;
}

TEST_F(TokenFiles, WhatCanBeGuessedOrNotBroughtIsNoToken) {
  EXPECT_EQ(ErrorKind::Invalid, failure(""));
  EXPECT_EQ(ErrorKind::Invalid, failure("short\n"));
  EXPECT_EQ(ErrorKind::Invalid, failure(std::string(31, 'x')));
  EXPECT_EQ(ErrorKind::Invalid, failure(kToken + " with spaces"));
  EXPECT_EQ(ErrorKind::Invalid, failure(kToken + "\r\n"));
  EXPECT_EQ(ErrorKind::Invalid, failure(std::string(5000, 'x')));
}

TEST_F(TokenFiles, OnlyAFileWillDo) {
  EXPECT_EQ(ErrorKind::NotFound, TokenFile(path).read().error().kind);
  ASSERT_EQ(0, ::mkfifo(path.c_str(), 0600));
  EXPECT_EQ(ErrorKind::Denied, TokenFile(path).read().error().kind);
}

}  // namespace
}  // namespace cowherd::testing
