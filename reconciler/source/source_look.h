// SPDX-License-Identifier: Apache-2.0
// What one look at a source brought: which files are there, and the text of those that changed. Every source
// (a directory, later a repository) ends here; DeclaredSet makes a Declaration of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "resources/manifest/diagnostic.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

struct SameText {};  // as in the look before
struct NewText {
  std::string text{};
};
struct NoText {
  std::optional<Diagnostic> why{};
};  // not read this time; without why: it settles
using FileNews = std::variant<SameText, NewText, NoText>;

struct SourceLook {
  std::map<std::string, FileNews> files{};  // by relative path
  bool listed = false;                      // files are all there are; else a missing one may still be there
  std::vector<std::string> problems{};      // empty: every file was listed, stable and read
  std::vector<Diagnostic> diagnostics{};    // of the source, not of a file's text
  std::optional<Moment> settle_until{};     // a file changed a moment ago: look again then
};

}  // namespace cowherd
