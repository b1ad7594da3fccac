// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "resources/kinds/repository_text.h"

namespace cowherd::testing {
namespace {

std::string hint(FieldType type, const std::string& text) {
  const FieldReading read = read_repository_text(type, text);
  return read ? "taken" : read.error().front().hint;
}

bool taken(FieldType type, const std::string& text) { return read_repository_text(type, text).has_value(); }

TEST(RepositoryUrl, IsTakenApart) {
  EXPECT_EQ(*parse_repository_url("https://git.example.com/ops/fleet.git"),
            (RepositoryUrl{"https", "", "git.example.com", "", "/ops/fleet.git"}));
  EXPECT_EQ(*parse_repository_url("ssh://git@[2001:db8::1]:2222/fleet"), (RepositoryUrl{"ssh", "git", "[2001:db8::1]", "2222", "/fleet"}));
  EXPECT_EQ(*parse_repository_url("file:///srv/git/fleet.git"), (RepositoryUrl{"file", "", "", "", "/srv/git/fleet.git"}));
  EXPECT_EQ(parse_repository_url("https://bot:p#a?s@s@host/x")->user_info, "bot:p#a?s@s");
}

TEST(RepositoryUrl, WhatGitCouldTakeForSomethingElseIsRefused) {
  for (const char* text : {"", "https://", "https://host", "https://host/", "https:///x", "file://host/x", "ext::sh -c id", "fd::17/x",
                           "ssh://-oProxyCommand=id/x", "ssh://-l@host/x", "https://host/x?y", "https://host/a b", "ssh://host:/x",
                           "ssh://host:1x/y", "HTTPS://host/x", "https://[::1/x", "host:x", "../fleet", "https://host/\xc3\xa9"}) {
    EXPECT_FALSE(taken(FieldType::RepositoryUrl, text)) << text;
  }
  EXPECT_TRUE(taken(FieldType::RepositoryUrl, "https://h/" + std::string(kMaxUrlBytes - 10, 'a')));
  EXPECT_FALSE(taken(FieldType::RepositoryUrl, "https://h/" + std::string(kMaxUrlBytes - 9, 'a')));
}

TEST(RepositoryUrl, OtherSpellingsAreToldTheRightOne) {
  EXPECT_EQ(hint(FieldType::RepositoryUrl, "git@github.com:ops/fleet.git"), "write ssh://git@github.com/ops/fleet.git");
  EXPECT_EQ(hint(FieldType::RepositoryUrl, "host:/srv/fleet.git"), "write ssh://host/srv/fleet.git");
  EXPECT_EQ(hint(FieldType::RepositoryUrl, "/srv/fleet.git"), "write file:///srv/fleet.git");
}

TEST(RepositoryUrl, LoopbackIsThisHostAlone) {
  for (const char* text : {"http://localhost/x", "http://127.0.0.1:80/x", "http://127.9.9.9/x", "http://[::1]/x", "http://u@LOCALHOST/x"}) {
    EXPECT_TRUE(is_loopback(*parse_repository_url(text))) << text;
  }
  for (const char* text : {"http://localhost.example.com/x", "http://127.0.0.1.example.com/x", "http://[::2]/x", "http://localhost@host/x"}) {
    EXPECT_FALSE(is_loopback(*parse_repository_url(text))) << text;
  }
}

TEST(RefName, FollowsTheRulesOfGit) {
  for (const char* text : {"main", "release/1.4", "v1.0-rc.1", "feature/a@b", "\xc3\xa9", "a.locked"}) {
    EXPECT_TRUE(taken(FieldType::RefName, text)) << text;
  }
  for (const char* text : {"", "-d", "@", "a..b", "a.lock", "a.lock/b", ".a", "a/.b", "a//b", "/a", "a/", "a.", "a b", "a~1", "a^", "a:b",
                           "a?", "a*", "a[b", "a\\b", "a@{1}", "a\nb", "refs/heads/main"}) {
    EXPECT_FALSE(taken(FieldType::RefName, text)) << text;
  }
  EXPECT_EQ(hint(FieldType::RefName, "refs/heads/main"), "write it without refs/heads/");
}

TEST(RepositoryPath, StaysInTheRepository) {
  for (const char* text : {"a", "environments/production", "a/..b", ".github", "a b"}) {
    EXPECT_TRUE(taken(FieldType::RepositoryPath, text)) << text;
  }
  for (const char* text : {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", ".git", "a/.GIT/b", "a\nb"}) {
    EXPECT_FALSE(taken(FieldType::RepositoryPath, text)) << text;
  }
}

}  // namespace
}  // namespace cowherd::testing
