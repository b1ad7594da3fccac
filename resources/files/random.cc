// SPDX-License-Identifier: Apache-2.0
#include "resources/files/random.h"

#include <cstdlib>

namespace cowherd {

Uid fresh_uid() {
  std::array<std::uint8_t, 16> bytes{};
  // arc4random(3), glibc 2.36: getrandom(2) with /dev/urandom behind it; has no failure to report.
  arc4random_buf(bytes.data(), bytes.size());
  return Uid::from_random(bytes);
}

}  // namespace cowherd
