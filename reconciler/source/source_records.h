// SPDX-License-Identifier: Apache-2.0
// What is known of the units of one source: which are there, what of each is in force, what is remembered over restarts.
//
// A unit that is gone after a complete look is out of force at once (its objects are absent, and absence is counted); it is
// forgotten after a second complete look, prune_delay later. While emptiness is held nothing is remembered or forgotten, so
// that a restart does not lose the hold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconciler/source/declaration.h"
#include "reconciler/source/file_record.h"
#include "reconciler/source/last_good.h"
#include "reconciler/source/resolve.h"
#include "reconciler/source/source_look.h"

namespace cowherd {

// What to make of it when nothing is declared although something was.
enum class WhenEmpty { Hold, Accept };

struct RecordsSettings {
  std::string root{};  // names the place in what is remembered; what another root left is not put in force
  Span prune_delay{10'000};
  WhenEmpty when_empty = WhenEmpty::Hold;
  std::string source{};  // name; empty: the manifest directory
  UnitReader read = read_file_unit;
};

class SourceRecords {
 public:
  // last_good outlives this.
  SourceRecords(RecordsSettings settings, LastGood& last_good);

  // First of all in a look.
  void take(SourceLook look);
  // The one taken last, its files taken out.
  const SourceLook& look() const { return look_; }
  // What is to be chosen from.
  void add_candidates(std::map<std::string, Candidate>& candidates) const;
  // Of the units that are there, or of those that are gone: the choices come into force, what was refused is held.
  void put_in_force(const Resolution& resolution, Presence turn, Declaration& result);
  // What was found, and whether emptiness is held. Last in a look.
  void tell(const Resolution& resolution, Declaration& result);
  // Writes what changed. Errors are diagnostics.
  void remember(Declaration& result);
  void accept_empty() { anything_before_ = false; }
  // Fills what depends on what came into force.
  void complete(SourceStatus& status) const;

 private:
  Status recall();
  void recall_unit(const GoodFile& file);
  void take_news();
  // Units that this look did not find: out of force if the look is complete, else still in force.
  void drop_missing();
  void save(Declaration& result);
  void forget_gone(Declaration& result);
  bool is_complete() const { return look_.listed && look_.problems.empty(); }

  RecordsSettings settings_;
  LastGood& last_good_;
  SourceLook look_{};
  bool recalled_ = false;
  bool anything_before_ = false;
  bool holds_emptiness_ = false;
  std::size_t objects_ = 0;
  std::vector<Diagnostic> ignored_{};
  std::map<std::string, FileRecord> records_{};
  std::vector<FileStatus> statuses_{};
  std::map<std::string, Absence> gone_{};  // remembered units that are not there
};

}  // namespace cowherd
