// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/webhook.h"

#include "reconciler/api/answer.h"

namespace cowherd {

namespace {

constexpr std::string_view kHook = "/hook";
constexpr std::string_view kScheme = "sha256=";

}  // namespace

std::optional<std::string> hook_source(const std::string& path) {
  const std::string before = std::string(kSourcesPath) + "/";
  if (!path.starts_with(before) || !path.ends_with(kHook) || path.size() < before.size() + kHook.size()) return std::nullopt;
  std::string name = path.substr(before.size(), path.size() - before.size() - kHook.size());
  return ResourceName::make(name) ? std::optional(std::move(name)) : std::nullopt;
}

void HookBody::take(std::string_view piece) {
  const bool fits = size_ <= kMost && piece.size() <= kMost - size_;
  size_ = fits ? size_ + piece.size() : kMost + 1;
  if (fits) code_.update(piece);
}

HookVerdict HookBody::end() {
  if (size_ > kMost) return HookVerdict::TooLong;
  const std::string expected = std::string(kScheme) + code_.finish().str();
  return same_in_constant_time(signature_, expected) ? HookVerdict::Accepted : HookVerdict::Refused;
}

}  // namespace cowherd
