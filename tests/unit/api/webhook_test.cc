// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/webhook.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

// The example of GitHub's documentation, "Validating webhook deliveries".
constexpr const char* kSecret = "It's a Secret to Everybody";
constexpr const char* kBody = "Hello, World!";
constexpr const char* kSignature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

HookVerdict verdict_of(const std::string& body, const std::string& signature, const std::string& secret = kSecret) {
  HookBody hook(secret, signature);
  hook.take(body);
  return hook.end();
}

TEST(HookSource, IsInThePath) {
  EXPECT_EQ("fleet", hook_source("/apis/cowherd.dev/v1alpha1/sources/fleet/hook"));
  EXPECT_EQ("hook", hook_source("/apis/cowherd.dev/v1alpha1/sources/hook/hook"));
  for (const char* path : {"/apis/cowherd.dev/v1alpha1/sources/fleet", "/apis/cowherd.dev/v1alpha1/sources/hook",
                           "/apis/cowherd.dev/v1alpha1/sources//hook", "/apis/cowherd.dev/v1alpha1/sources/a/b/hook",
                           "/apis/cowherd.dev/v1alpha1/sources/A/hook", "/apis/cowherd.dev/v1alpha1/sandboxes/web/hook", "/hook", ""}) {
    EXPECT_EQ(std::nullopt, hook_source(path)) << path;
  }
}

TEST(HookBody, IsAcceptedWithTheSignatureThatGitHubDocuments) {
  EXPECT_EQ(HookVerdict::Accepted, verdict_of(kBody, kSignature));
  HookBody pieces(kSecret, kSignature);
  for (const char c : std::string(kBody)) pieces.take(std::string_view(&c, 1));
  EXPECT_EQ(HookVerdict::Accepted, pieces.end());
}

TEST(HookBody, IsRefusedWithAnyOther) {
  const std::string good = kSignature;
  EXPECT_EQ(HookVerdict::Refused, verdict_of("Hello, World?", good));
  EXPECT_EQ(HookVerdict::Refused, verdict_of(kBody, good, "another secret"));
  for (const std::string& signature : {std::string(), std::string("sha256="), good.substr(7), good.substr(0, good.size() - 1), good + "0",
                                       "sha1=" + good.substr(7), good.substr(0, good.size() - 1) + "8"}) {
    EXPECT_EQ(HookVerdict::Refused, verdict_of(kBody, signature)) << signature;
  }
}

TEST(HookBody, MayBeOneMebibyteAndNoMore) {
  const std::string most(HookBody::kMost, 'x');
  HmacSha256 code(kSecret);
  code.update(most);
  const std::string signature = "sha256=" + code.finish().str();
  EXPECT_EQ(HookVerdict::Accepted, verdict_of(most, signature));
  HookBody longer(kSecret, signature);
  longer.take(most);
  longer.take("x");
  longer.take("");
  EXPECT_EQ(HookVerdict::TooLong, longer.end());
}

}  // namespace
}  // namespace cowherd::testing
