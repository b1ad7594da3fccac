// SPDX-License-Identifier: Apache-2.0
// Looks in, declarations out: parses what is new, keeps the last good version of every file in force, settles
// conflicts between files, counts absences and remembers good versions over restarts. Every kind of source
// shares it.
//
// A file that is gone after a complete look is out of force at once (its objects are absent, and absence is
// counted); it is forgotten after a second complete look, prune_delay later. While emptiness is held nothing
// is remembered or forgotten, so that a restart does not lose the hold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconciler/source/absences.h"
#include "reconciler/source/declaration.h"
#include "reconciler/source/file_record.h"
#include "reconciler/source/last_good.h"
#include "reconciler/source/resolve.h"
#include "reconciler/source/source_look.h"

namespace cowherd {

// What to make of it when nothing is declared although something was.
enum class WhenEmpty { Hold, Accept };

struct DeclaredSettings {
  std::string root{};  // names the source in what is remembered; what another root left is not put in force
  Span prune_delay{10'000};
  WhenEmpty when_empty = WhenEmpty::Hold;
};

class DeclaredSet {
 public:
  // last_good outlives this.
  DeclaredSet(DeclaredSettings settings, LastGood& last_good);

  Declaration merge(SourceLook look, Moment now);
  void accept_empty();

 private:
  Status recall();
  void recall_file(const GoodFile& file);
  void take_news(SourceLook& look);
  // Files that this look did not find: out of force if the look is complete, else still in force.
  void drop_missing(const SourceLook& look);
  Resolution choose() const;
  void put_in_force(const Resolution& resolution, Declaration& result);
  static void hold_names(const std::vector<Document>& documents, Declaration& result);
  void tell(const SourceLook& look, const Resolution& resolution, Declaration& result) const;
  void remember(Declaration& result);
  void forget_gone(Declaration& result);

  DeclaredSettings settings_;
  LastGood& last_good_;
  Absences absences_;
  bool recalled_ = false;
  bool anything_before_ = false;
  std::vector<Diagnostic> ignored_{};
  std::map<std::string, FileRecord> records_{};
  std::map<std::string, Absence> gone_{};  // remembered files that are not there
};

}  // namespace cowherd
