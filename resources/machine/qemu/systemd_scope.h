// SPDX-License-Identifier: Apache-2.0
// Transient units of the system's systemd (org.freedesktop.systemd1(5)): a scope around a process that is there already.
// The only place that includes sd-bus. Calls block for up to 5 s.
#pragma once

#include <string>

#include "resources/machine/machine.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// "/run/systemd/system", as sd_booted(3) has it.
inline constexpr const char* kSystemdBooted = "/run/systemd/system";

struct ScopePlan {
  std::string unit{};   // "….scope"
  std::string slice{};  // "….slice", made when absent
  std::string description{};
  MachineBounds bounds{};
  int pid = 0;
};

// Returns when systemd has taken the order; the process is in the scope some moments later. Busy: a unit of that name is
// there still.
Status start_scope(const ScopePlan& plan);

// With all that is in it. Returns when systemd has taken the order; a unit that is not there is success.
Status stop_unit(const std::string& unit);

}  // namespace cowherd
