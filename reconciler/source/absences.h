// SPDX-License-Identifier: Apache-2.0
// Counts, for names that are not declared, the complete looks that did not find them. A look that is not
// complete counts for nothing; a look that finds the name, or a file that may declare it, starts the count
// anew.
#pragma once

#include <map>
#include <set>

#include "reconciler/source/declaration.h"

namespace cowherd {

class Absences {
 public:
  // Entries older than forget_after are dropped: never_declared tells the same of them by then.
  explicit Absences(Span forget_after) : forget_after_(forget_after) {}

  // Counts this look and writes the result into it. Precondition: all other members of the declaration are
  // final.
  void count(Declaration& declaration, Moment now);

 private:
  void enter_missing(const Declaration& declaration);

  Span forget_after_;
  std::set<ObjectName> declared_before_{};
  std::map<ObjectName, Absence> counts_{};
  Absence never_declared_{};
};

}  // namespace cowherd
