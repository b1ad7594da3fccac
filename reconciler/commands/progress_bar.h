// SPDX-License-Identifier: Apache-2.0
// One line at the foot of a terminal for what takes long: how far it is, and about how long it still takes. On anything
// but a terminal nothing is shown; the log tells when a step is done.
#pragma once

#include <string>
#include <vector>

#include "reconciler/execute/executor.h"

namespace cowherd {

// "[#######.............]  36%  360Mi of 1Gi, 9s left  import image '/srv/base.qcow2' …", cut to the columns. Of several
// measured steps the one begun first; empty when none has a measure.
std::string progress_line(const std::vector<Running>& running, Moment now, std::size_t columns);

class ProgressBar {
 public:
  // Of stderr, where the log goes.
  ProgressBar();
  bool is_shown() const { return columns_ > 0; }
  // Draws over the last line; an empty list takes it away, which must happen before anything else is written.
  void show(const std::vector<Running>& running, Moment now);

 private:
  std::size_t columns_ = 0;
  bool drawn_ = false;
};

}  // namespace cowherd
