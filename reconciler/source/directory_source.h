// SPDX-License-Identifier: Apache-2.0
// The watched directory as a source of declarations. Nothing is watched here: load() looks, whoever calls it
// decides when (DirectoryWatcher helps). The path is resolved anew by every look.
#pragma once

#include <memory>
#include <string>

#include "reconciler/source/declared_set.h"
#include "reconciler/source/directory_scan.h"

namespace cowherd {

struct DirectorySettings {
  std::string directory{};
  Span settle{250};          // how long a file must be unchanged before it is read; 10 ms at least
  Span prune_delay{10'000};  // between the two complete looks after which a gone file is forgotten
  WhenEmpty when_empty = WhenEmpty::Hold;
  TreeLimits limits{};
};

class DirectorySource final : public Source {
 public:
  // last_good outlives this. Commands that take no lock pass a ReadOnlyLastGood.
  DirectorySource(const DirectorySettings& settings, LastGood& last_good);
  DirectorySource(const DirectorySettings& settings, LastGood& last_good,
                  std::unique_ptr<ManifestTrees> trees);

  Declaration load(Moment now) override;
  void accept_empty() override;

 private:
  std::unique_ptr<ManifestTrees> trees_;
  DirectoryScan scan_;
  DeclaredSet declared_;
};

}  // namespace cowherd
