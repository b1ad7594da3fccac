// SPDX-License-Identifier: Apache-2.0
// What is wrong with a manifest, where, and what would be right.
#pragma once

#include <string>
#include <vector>

#include "resources/vocabulary/value.h"

namespace cowherd {

// Lines and columns count from 1; columns in bytes of UTF-8. length: bytes the caret line underlines, at least 1.
struct SourceSpot {
  std::string file{};
  int line = 0;
  int column = 0;
  int length = 1;
  auto operator<=>(const SourceSpot&) const = default;
};

// "file:line:column"
std::string to_string(const SourceSpot& spot);

enum class Severity { Error, Warning };

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code{};       // stable: "E214", "W101"; `cowherd explain E214` tells more
  SourceSpot spot{};
  std::string path{};       // "spec.resources.memory", empty when it is about the text
  std::string message{};
  std::string hint{};
  std::string source_line{};           // the line of the spot, as written
  struct Other {
    SourceSpot spot{};
    std::string label{};               // "first declared here"
    std::string source_line{};
    bool operator==(const Other&) const = default;
  };
  std::vector<Other> others{};
  bool operator==(const Diagnostic&) const = default;
};

// rustc style: header line, place, source line with caret, other places, help. Ends with a newline.
std::string print_diagnostic(const Diagnostic& diagnostic);
Value to_value(const Diagnostic& diagnostic);
bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace cowherd
