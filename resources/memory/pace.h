// SPDX-License-Identifier: Apache-2.0
// Between two steps of long work: whether to stop, and telling how far it is.
#pragma once

#include "resources/files/bulk.h"

namespace cowherd {

class Pace {
 public:
  // The control outlives this.
  Pace(const BulkControl& control, Bytes total) : control_(control), total_(total) {}

  // Failed, "cancelled", once the control says so. Progress is told every 32 MiB and at the end.
  Status at(Bytes done) {
    if (control_.stop.stop_requested()) return fail(ErrorKind::Failed, "handle guest memory: cancelled");
    if (control_.progress && (done >= told_ + 32_MiB || done >= total_)) {
      told_ = done;
      control_.progress(done, total_);
    }
    return {};
  }

 private:
  const BulkControl& control_;
  Bytes total_{};
  Bytes told_{};
};

}  // namespace cowherd
