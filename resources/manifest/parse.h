// SPDX-License-Identifier: Apache-2.0
// Manifest text to declared objects. Pure: no file, no clock. Bounded: 1 MiB, 10,000 documents, nesting 64; hostile text
// ends in a diagnostic, never in a crash, a hang or unbounded memory (yaml-cpp 0.7 traps are guarded here).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/object.h"
#include "resources/manifest/diagnostic.h"

namespace cowherd {

struct Document {
  Object object{};
  SourceSpot spot{};        // of metadata.name
  std::string source_line{};  // the line of spot, for diagnostics that name two places
  bool operator==(const Document&) const = default;
};

struct ParsedFile {
  std::vector<Document> documents{};      // empty when any diagnostic is an error: a file counts whole or not at all
  std::vector<Diagnostic> diagnostics{};  // at most 200
};

// file: the name diagnostics carry.
ParsedFile parse_manifest(std::string_view text, const std::string& file);

// What no single file can see: duplicate kind/name over files (both places named), cycles of references. Order of input
// does not matter.
std::vector<Diagnostic> cross_check(const std::vector<Document>& documents);

}  // namespace cowherd
