// SPDX-License-Identifier: Apache-2.0
// A repository's server tells that it has something new. Believed is only who knows the source's secret, and all that it
// brings about is a look; what the body says is never read. Pure.
//
// X-Hub-Signature-256 is "sha256=" and the HMAC-SHA-256 of the body in hex, as GitHub, Gitea and Forgejo send it; Bitbucket
// sends the same as X-Hub-Signature.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/files/digest.h"

namespace cowherd {

// "fleet" in "/apis/cowherd.dev/v1alpha1/sources/fleet/hook"; nothing for other paths.
std::optional<std::string> hook_source(const std::string& path);

enum class HookVerdict { Accepted, Refused, TooLong };

// A body as it comes: hashed piece by piece, and nothing of it kept.
class HookBody {
 public:
  static constexpr std::size_t kMost = 1 << 20;

  // signature: the header, as it was sent; empty when it was not.
  HookBody(std::string_view secret, std::string signature) : code_(secret), signature_(std::move(signature)) {}

  void take(std::string_view piece);
  // Call it once, at the end of the body.
  HookVerdict end();

 private:
  HmacSha256 code_;
  std::string signature_;
  std::size_t size_ = 0;
};

}  // namespace cowherd
