// SPDX-License-Identifier: Apache-2.0
// Name of a commit: its hash as git prints it, 40 lower-case hex digits (SHA-1) or 64 (SHA-256).
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "resources/vocabulary/result.h"

namespace cowherd {

class CommitId {
 public:
  CommitId() = default;
  static Result<CommitId> make(std::string_view text);
  const std::string& str() const { return text_; }
  std::string short7() const { return text_.substr(0, 7); }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const CommitId&) const = default;

 private:
  std::string text_{};
};

}  // namespace cowherd
