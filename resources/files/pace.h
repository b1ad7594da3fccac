// SPDX-License-Identifier: Apache-2.0
// Between two steps of long work: whether to stop, and telling how far it is.
#pragma once

#include <string>

#include "resources/files/bulk.h"

namespace cowherd {

class Pace {
 public:
  // The control outlives this. doing: "copy '/srv/base.ext4'".
  Pace(const BulkControl& control, Bytes total, std::string doing)
      : control_(control), total_(total), doing_(std::move(doing)) {}

  // Failed, "cancelled", once the control says so. Progress is told every 32 MiB and at the end.
  Status at(Bytes done) {
    if (control_.stop.stop_requested()) return fail(ErrorKind::Failed, doing_ + ": cancelled");
    if (control_.progress && (done >= told_ + 32_MiB || done >= total_)) {
      told_ = done;
      control_.progress(done, total_);
    }
    return {};
  }

 private:
  const BulkControl& control_;
  Bytes total_{};
  std::string doing_{};
  Bytes told_{};
};

}  // namespace cowherd
