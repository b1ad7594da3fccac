// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/backoff.h"

#include <algorithm>

namespace cowherd {

Span backoff_after(std::int64_t failures, std::string_view key) {
  const std::int64_t doublings = std::clamp<std::int64_t>(failures - 1, 0, 9);
  const std::int64_t full = std::min<std::int64_t>(1000ll << doublings, 300'000);
  std::uint64_t hash = 1469598103934665603ull + static_cast<std::uint64_t>(failures);  // FNV-1a
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdull;  // names differ in their last letter; FNV alone keeps them near
  const std::int64_t jitter = static_cast<std::int64_t>((hash >> 33) % 256) * full / 4 / 256;
  return Span{full - jitter};
}

}  // namespace cowherd
