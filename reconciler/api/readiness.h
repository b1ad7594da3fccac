// SPDX-License-Identifier: Apache-2.0
// Whether the daemon does what it is there for: it looks at the host, and it can read what is declared. Pure.
#pragma once

#include <string>
#include <vector>

#include "reconciler/api/board.h"

namespace cowherd {

struct ReadinessCheck {
  std::string name{};
  bool ok = false;
  std::string message{};
};

struct Readiness {
  std::vector<ReadinessCheck> checks{};
  bool is_ready() const;
};

// page: null before the first look. Invalid manifests and sources that are not ready are
// told and do not count: what was in force before stays.
Readiness readiness_of(const Page* page, Moment now, Span stale_after);

// {"status":"ok|failed","checks":[{"name","status","message"}]}
Value to_value(const Readiness& readiness);

}  // namespace cowherd
