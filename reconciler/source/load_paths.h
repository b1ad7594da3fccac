// SPDX-License-Identifier: Apache-2.0
// Manifests read once, as they lie there: no settle time, nothing remembered. For `cowherd validate`. Blocks
// on what it reads; a FIFO named by the user is read like a file.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "resources/manifest/parse.h"

namespace cowherd {

struct LoadedManifests {
  std::vector<Document> documents{};      // of the files without errors
  std::vector<Diagnostic> diagnostics{};  // of all files, and of the checks across those without errors
  std::size_t files = 0;
  std::size_t invalid_files = 0;  // with an error of their own, or part of one across files
};

// Each path is a file (under any name), a directory (searched like the watched one) or "-" for standard
// input. A file reached twice is read once. Diagnostics carry the paths as they were given.
LoadedManifests load_paths(const std::vector<std::string>& paths, std::istream& standard_input);
LoadedManifests load_paths(const std::vector<std::string>& paths);  // with std::cin

}  // namespace cowherd
