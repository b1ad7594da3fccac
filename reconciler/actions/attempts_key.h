// SPDX-License-Identifier: Apache-2.0
// Under which name the catalog counts how often a step failed in a row: written by execute, read by the guard.
#pragma once

#include <string>

#include "reconciler/actions/action.h"

namespace cowherd {

// A snapshot that no document declares may have another name each time: its failures are those of its sandbox.
inline std::string attempts_key(const Action& action) {
  const auto* capture = std::get_if<CaptureSnapshot>(&action.what);
  const bool is_undeclared = capture != nullptr && capture->identity.retained;
  const std::string object = is_undeclared ? sandbox_object(capture->identity.sandbox) : object_of(action);
  return object + " " + std::string(is_undeclared && capture->identity.scheduled ? "scheduled-snapshot" : verb_of(action));
}

}  // namespace cowherd
