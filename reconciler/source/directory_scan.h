// SPDX-License-Identifier: Apache-2.0
// Looks at a directory of manifests, reading only what changed and only what has settled. A look is a
// snapshot: when the root was replaced, or names or inodes changed while files were read, it is thrown away
// and made again, so that a swap of the directory (git-sync) or of its content (ConfigMap `..data`) yields
// exactly the old or exactly the new files.
#pragma once

#include <map>
#include <string>

#include "reconciler/source/source_look.h"
#include "reconciler/source/tree_walk.h"

namespace cowherd {

class DirectoryScan {
 public:
  // settle: how long a file must be unchanged before it is read. It must exceed the granularity of the file
  // system's time stamps (10 ms at most on Linux) to tell a second write from the first. All references
  // outlive this.
  DirectoryScan(ManifestTrees& trees, std::string directory, Span settle, TreeLimits limits);

  // Never fails: a look that could not be made has problems and is not listed.
  SourceLook look(Moment now);

 private:
  struct Observed {
    FileStamp stamp{};
    Moment first{};  // look that saw this very stamp first
  };
  using Stamps = std::map<std::string, FileStamp>;
  struct Attempt {
    SourceLook look{};
    Stamps taken{};  // files whose text is what their stamp says
    std::map<std::string, Observed> observed{};
    Bytes total{};
  };

  Result<Attempt> attempt(ManifestTree& tree, Moment now);
  Status take(ManifestTree& tree, const FileEntry& entry, Moment now, Attempt& attempt);
  Status read(ManifestTree& tree, const std::string& path, const FileStamp& stamp, Moment now,
              Attempt& attempt);
  Status verify(ManifestTree& tree, const TreeWalk& before, Moment now, Attempt& attempt);
  Attempt too_much() const;
  Moment settled_at(const Observed& observed) const;

  ManifestTrees& trees_;
  std::string directory_;
  Span settle_;
  TreeLimits limits_;
  Stamps taken_{};
  std::map<std::string, Observed> observed_{};
};

}  // namespace cowherd
