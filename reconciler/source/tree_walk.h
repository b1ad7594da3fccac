// SPDX-License-Identifier: Apache-2.0
// Finds the manifest files below a root: names only, nothing is opened for reading. Symlinks to directories
// are followed while they stay inside; a directory that two names reach is read once, under its real name if
// it has one.
#pragma once

#include <string>
#include <vector>

#include "reconciler/source/manifest_tree.h"
#include "resources/manifest/diagnostic.h"

namespace cowherd {

struct TreeLimits {
  std::size_t files = 10'000;
  std::size_t entries = 100'000;  // of all names, manifests or not
  int depth = 16;                 // of directories below the root
  Bytes file = 1_MiB;
  Bytes total = 64_MiB;  // of all manifest files
};

struct TreeWalk {
  std::vector<std::string> directories{};  // relative, the root as ""
  std::vector<FileEntry> files{};       // manifests, by relative path, sorted; the type is that of the entry
  std::vector<std::string> problems{};  // why files may be missing from the list; empty: it is whole
  std::vector<Diagnostic> diagnostics{};
};

// Stale when a directory vanished between being listed and being opened. Other failures are problems of the
// walk.
Result<TreeWalk> walk_tree(ManifestTree& tree, const TreeLimits& limits);

}  // namespace cowherd
