// SPDX-License-Identifier: Apache-2.0
#include "resources/catalog/catalog.h"

namespace cowherd {

std::string_view to_string(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::Done: return "done";
    case OutcomeKind::AlreadySo: return "already so";
    case OutcomeKind::Stale: return "stale";
    case OutcomeKind::HeldBack: return "held back";
    case OutcomeKind::Failed: return "failed";
  }
  return "failed";
}

}  // namespace cowherd
