// SPDX-License-Identifier: Apache-2.0
// Long work of several calls, each of which tells its own progress: together they are one.
#pragma once

#include <algorithm>

#include "resources/files/bulk.h"

namespace cowherd {

class Phases {
 public:
  // The control outlives this.
  Phases(const BulkControl& control, Bytes total) : control_(control), total_(total) {}

  // For the next call, which is so many bytes of the whole.
  BulkControl next(Bytes bytes) {
    BulkControl phase{control_.stop, {}, control_.tell};
    if (control_.progress) {
      phase.progress = [tell = control_.progress, begun = begun_, bytes, total = total_](Bytes done, Bytes) {
        tell(begun + std::min(done, bytes), total);
      };
    }
    begun_ = begun_ + bytes;
    return phase;
  }

 private:
  const BulkControl& control_;
  Bytes total_{};
  Bytes begun_{};
};

}  // namespace cowherd
