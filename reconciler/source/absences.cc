// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/absences.h"

#include <array>

namespace cowherd {

namespace {

constexpr std::array<Kind, 4> kKinds{Kind::Template, Kind::Sandbox, Kind::Snapshot, Kind::RetentionPolicy};

void count_one(Absence& absence, Moment now) {
  if (absence.complete_looks == 0) absence.since = now;
  ++absence.complete_looks;
}

}  // namespace

// Held names are entered too, so that their count starts at zero on the day they are let go.
void Absences::enter_missing(const Declaration& declaration) {
  for (const ObjectName& name : declared_before_) counts_.try_emplace(name);
  for (const ObjectName& name : declaration.held) counts_.try_emplace(name);
  for (const std::string& text : declaration.mentioned) {
    const auto name = ResourceName::make(text);
    if (!name) continue;
    for (const Kind kind : kKinds) counts_.try_emplace(ObjectName{kind, *name});
  }
}

void Absences::count(Declaration& declaration, Moment now) {
  enter_missing(declaration);
  declared_before_.clear();
  for (const auto& object : declaration.objects) declared_before_.insert(object.first);
  for (auto entry = counts_.begin(); entry != counts_.end();) {
    Absence& absence = entry->second;
    if (declaration.holds(entry->first)) absence = {};
    const bool long_gone = absence.complete_looks >= 2 && now - absence.since > forget_after_;
    if (long_gone || declaration.objects.contains(entry->first)) {
      entry = counts_.erase(entry);
      continue;
    }
    if (declaration.complete && !declaration.holds(entry->first)) count_one(absence, now);
    ++entry;
  }
  if (declaration.complete) count_one(never_declared_, now);
  declaration.absences = counts_;
  declaration.never_declared = never_declared_;
}

}  // namespace cowherd
