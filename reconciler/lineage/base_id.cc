// SPDX-License-Identifier: Apache-2.0
#include "reconciler/lineage/base_id.h"

#include <algorithm>
#include <cstdint>

namespace cowherd {

namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// 64 bits hold eight digits of base 62 five orders of magnitude over: their remainder is as good as even.
std::string base62(const std::string& hex) {
  std::uint64_t number = std::stoull(hex.substr(0, 16), nullptr, 16);
  std::string text;
  for (std::size_t i = 0; i < kBaseIdLength; ++i) {
    text += kDigits[number % kDigits.size()];
    number /= kDigits.size();
  }
  std::reverse(text.begin(), text.end());
  return text;
}

}  // namespace

std::string base_id_of(const Digest& revision) { return revision.empty() ? "" : base62(revision.str()); }

std::string base_id_of(const Uid& capture) { return capture.str().empty() ? "" : base62(capture.str()); }

bool is_base_id(std::string_view text) {
  return text.size() == kBaseIdLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return kDigits.find(c) != std::string_view::npos; });
}

}  // namespace cowherd
