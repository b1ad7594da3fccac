// SPDX-License-Identifier: Apache-2.0
// A directory of manifests as a feed. Nothing is watched here: look() looks, whoever calls it decides when
// (DirectoryWatcher helps). The path is resolved anew by every look.
#pragma once

#include <memory>
#include <string>

#include "reconciler/source/directory_scan.h"
#include "reconciler/source/feed.h"
#include "reconciler/source/sources.h"

namespace cowherd {

struct DirectorySettings {
  std::string directory{};
  Span settle{250};          // how long a file must be unchanged before it is read; 10 ms at least
  Span prune_delay{10'000};  // between the two complete looks after which a gone file is forgotten
  WhenEmpty when_empty = WhenEmpty::Hold;
  TreeLimits limits{};
  ResourceName name{};       // of the source; empty: the manifest directory
};

class DirectoryFeed final : public Feed {
 public:
  DirectoryFeed(const DirectorySettings& settings, std::unique_ptr<ManifestTrees> trees);

  // With a name, files are keyed "name:path".
  SourceLook look(Moment now) override;
  SourceStatus status() const override;
  const ResourceName& name() const override { return name_; }

 private:
  std::unique_ptr<ManifestTrees> trees_;
  ResourceName name_;
  std::string directory_;
  DirectoryScan scan_;
};

// last_good outlives the source. Commands that take no lock pass a ReadOnlyLastGood.
OneSource directory_source(const DirectorySettings& settings, LastGood& last_good);
OneSource directory_source(const DirectorySettings& settings, LastGood& last_good, std::unique_ptr<ManifestTrees> trees);

}  // namespace cowherd
