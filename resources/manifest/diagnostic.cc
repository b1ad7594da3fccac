// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/diagnostic.h"

#include <algorithm>

#include "resources/manifest/excerpt.h"

namespace cowherd {

namespace {

std::string_view to_string(Severity severity) { return severity == Severity::Error ? "error" : "warning"; }

struct Block {
  std::string_view arrow;  // "-->" for the place itself, ":::" for others
  char caret;
  const SourceSpot& spot;
  const std::string& source_line;
  std::string_view label;
};

std::string print_block(const Block& block, std::size_t gutter) {
  const std::string empty(gutter, ' ');
  std::string text = empty + std::string(block.arrow) + " " + printable(to_string(block.spot)) + "\n";
  if (block.source_line.empty()) return text;
  const Excerpt excerpt = cut_excerpt(block.source_line, block.spot.column, block.spot.length);
  const std::string number = std::to_string(block.spot.line);
  text += empty + " |\n";
  text += std::string(gutter - std::min(gutter, number.size()), ' ') + number + " | " + excerpt.text + "\n";
  text += empty + " | " + std::string(excerpt.indent, ' ') + std::string(excerpt.width, block.caret);
  if (!block.label.empty()) text += " " + std::string(block.label);
  return text + "\n";
}

Value spot_value(const SourceSpot& spot) {
  return Value::Map{{"file", spot.file}, {"line", spot.line}, {"column", spot.column}, {"length", spot.length}};
}

}  // namespace

std::string to_string(const SourceSpot& spot) {
  return spot.file + ":" + std::to_string(spot.line) + ":" + std::to_string(spot.column);
}

std::string print_diagnostic(const Diagnostic& diagnostic) {
  int last_line = diagnostic.spot.line;
  for (const Diagnostic::Other& other : diagnostic.others) last_line = std::max(last_line, other.spot.line);
  const std::size_t gutter = std::to_string(last_line).size();
  std::string text = std::string(to_string(diagnostic.severity)) + "[" + diagnostic.code + "]: " + printable(diagnostic.message) + "\n";
  text += print_block({"-->", '^', diagnostic.spot, diagnostic.source_line, {}}, gutter);
  for (const Diagnostic::Other& other : diagnostic.others) {
    text += print_block({":::", '-', other.spot, other.source_line, other.label}, gutter);
  }
  const std::string margin(gutter, ' ');
  if (!diagnostic.path.empty()) text += margin + " = field: " + printable(diagnostic.path) + "\n";
  if (!diagnostic.hint.empty()) text += margin + " = help: " + printable(diagnostic.hint) + "\n";
  return text;
}

Value to_value(const Diagnostic& diagnostic) {
  Value made = Value::Map{{"severity", to_string(diagnostic.severity)},
                          {"code", diagnostic.code},
                          {"message", diagnostic.message}};
  made.set("spot", spot_value(diagnostic.spot));
  if (!diagnostic.path.empty()) made.set("path", diagnostic.path);
  if (!diagnostic.hint.empty()) made.set("hint", diagnostic.hint);
  if (!diagnostic.source_line.empty()) made.set("sourceLine", diagnostic.source_line);
  Value others = Value::list();
  for (const Diagnostic::Other& other : diagnostic.others) {
    others.add(Value::Map{{"label", other.label}, {"spot", spot_value(other.spot)}, {"sourceLine", other.source_line}});
  }
  if (!diagnostic.others.empty()) made.set("others", std::move(others));
  return made;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& each) { return each.severity == Severity::Error; });
}

}  // namespace cowherd
