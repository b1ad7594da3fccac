// SPDX-License-Identifier: Apache-2.0
// What annotations hold back: the words for it, one for every kind.
#pragma once

#include <string>

#include "reconciler/desired/wanted.h"

namespace cowherd {

enum class DocumentNow { Stands, Gone };

// what: "no longer declared".
inline Hindrance protected_from(const std::string& what, DocumentNow document) {
  const std::string annotation = "annotation " + std::string(kProtectAnnotation);
  return {"Protected",
          what + ", but " + annotation + " keeps it; " +
              (document == DocumentNow::Stands ? "take the annotation out" : "declare it once more without the annotation") + " to let that happen",
          false, true};
}

// After what cannot be read of a sandbox or snapshot: the way out.
inline std::string unreadable_until_approved(const ObjectName& object) {
  return "; nothing is done to it; when it cannot be repaired, `cowherd approve delete " + to_string(object) + "` moves it to trash";
}

inline std::string kept_from_pruning(const std::string& origin) {
  return "no longer declared (was in " + origin + "), and annotation " + std::string(kPruneAnnotation) + " leaves it as it is";
}

}  // namespace cowherd
