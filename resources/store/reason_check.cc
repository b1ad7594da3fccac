// SPDX-License-Identifier: Apache-2.0
#include "resources/store/reason_check.h"

#include <algorithm>

namespace cowherd {

namespace {

constexpr std::size_t kLongest = 1024;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Status check_reason(const std::string& reason) {
  if (reason.size() <= kLongest && std::none_of(reason.begin(), reason.end(), is_control)) return {};
  return fail(ErrorKind::Invalid, "the reason is not one line of at most " + std::to_string(kLongest) + " bytes");
}

}  // namespace cowherd
