// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/declaration.h"

namespace cowherd {

bool Declaration::holds(const ObjectName& name) const {
  return held.contains(name) || mentioned.contains(name.name.str());
}

Absence Declaration::absence_of(const ObjectName& name) const {
  if (holds(name)) return {};
  const auto found = absences.find(name);
  return found == absences.end() ? never_declared : found->second;
}

bool confirmed_absent(const Declaration& declaration, const ObjectName& name, Moment now, Span prune_delay) {
  if (!declaration.complete || declaration.objects.contains(name)) return false;
  const Absence absence = declaration.absence_of(name);
  return absence.complete_looks >= 2 && now - absence.since >= prune_delay;
}

}  // namespace cowherd
