// SPDX-License-Identifier: Apache-2.0
// Looks in, declarations out: puts together what all sources have, settles conflicts between units of any of them, keeps the
// last good version of every unit in force and counts absences.
#pragma once

#include <vector>

#include "reconciler/source/absences.h"
#include "reconciler/source/source_records.h"

namespace cowherd {

class DeclaredSet {
 public:
  DeclaredSet(std::vector<SourceRecords> sources, Span prune_delay, LabelSelector host = {});

  // Precondition: one look for each source, in their order.
  Declaration merge(std::vector<SourceLook> looks, Moment now);
  void accept_empty();
  const std::vector<SourceRecords>& sources() const { return sources_; }

 private:
  void take(std::vector<SourceLook> looks, Declaration& result);
  // What is placed on other hosts is not declared on this one.
  void leave_elsewhere(Declaration& result) const;

  std::vector<SourceRecords> sources_;
  Absences absences_;
  LabelSelector host_;
};

}  // namespace cowherd
