// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cowherd::testing {
namespace {

SourceConfig fleet() {
  SourceConfig source;
  source.name = *ResourceName::make("fleet");
  source.git_url = "https://git.example.com/fleet.git";
  source.git_branch = "main";
  source.git_timeout = Span{5000};
  return source;
}

TEST(GitPlace, IsWhatTheSourceSays) {
  SourceConfig source = fleet();
  source.git_path = "environments/production";
  source.git_rewrites = RewritesSetting::Allow;
  source.username = "oauth2";
  source.password_file = "/etc/cowherd/fleet.token";
  source.allowed_signers_file = "/etc/cowherd/allowed_signers";
  const auto place = git_place_of(source);
  ASSERT_TRUE(place.has_value());
  GitPlace wanted{"https://git.example.com/fleet.git", {RefKind::Branch, "main"}, "environments/production", Rewrites::Allow};
  wanted.access.username = "oauth2";
  wanted.access.password_file = "/etc/cowherd/fleet.token";
  wanted.signers.allowed_signers_file = "/etc/cowherd/allowed_signers";
  wanted.timeout = Span{5000};
  EXPECT_EQ(*place, wanted);
}

TEST(GitPlace, FollowsATagOrStaysAtACommit) {
  SourceConfig source = fleet();
  source.git_branch.clear();
  source.git_tag = "v1";
  EXPECT_EQ(git_place_of(source)->ref, (GitRef{RefKind::Tag, "v1"}));
  source.git_tag.clear();
  source.git_commit = std::string(40, 'a');
  EXPECT_EQ(git_place_of(source)->ref, (GitRef{RefKind::Commit, std::string(40, 'a')}));
}

TEST(GitPlace, CredentialsAreWhereSystemdPutsThem) {
  SourceConfig source = fleet();
  source.ssh_key_credential = *ResourceName::make("fleet-key");
  source.webhook_secret_credential = *ResourceName::make("fleet-webhook");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_FALSE(git_place_of(source).has_value());
  EXPECT_EQ(git_place_of(source).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(git_place_of(source).error().message, "Source/fleet needs the systemd credential 'fleet-key', and there are none here");
  EXPECT_FALSE(webhook_secret_of(source).has_value());
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/cowherd.service", 1);
  EXPECT_EQ(git_place_of(source)->access.ssh_key_file, "/run/credentials/cowherd.service/fleet-key");
  EXPECT_EQ(webhook_secret_of(source).value(), "/run/credentials/cowherd.service/fleet-webhook");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(WebhookSecret, IsNoneUnlessNamed) {
  EXPECT_EQ(webhook_secret_of(fleet()).value(), "");
  SourceConfig source = fleet();
  source.webhook_secret_file = "/etc/cowherd/fleet.webhook";
  EXPECT_EQ(webhook_secret_of(source).value(), "/etc/cowherd/fleet.webhook");
}

}  // namespace
}  // namespace cowherd::testing
