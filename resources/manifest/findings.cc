// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/findings.h"

#include <algorithm>
#include <utility>

namespace cowherd {

namespace {

void hide(Diagnostic& shown) {
  std::string& line = shown.source_line;
  const std::size_t begin = std::min(static_cast<std::size_t>(shown.spot.column - 1), line.size());
  const std::size_t end = std::min(begin + static_cast<std::size_t>(shown.spot.length), line.size());
  std::fill(line.begin() + static_cast<std::ptrdiff_t>(begin), line.begin() + static_cast<std::ptrdiff_t>(end), '*');
}

Diagnostic to_diagnostic(Finding&& finding, const SourceText& source) {
  Diagnostic made;
  made.severity = finding.code.starts_with('W') ? Severity::Warning : Severity::Error;
  made.code = std::move(finding.code);
  made.spot = source.spot(finding.place);
  made.path = std::move(finding.path);
  made.message = std::move(finding.message);
  made.hint = std::move(finding.hint);
  made.source_line = source.line_at(finding.place.offset);
  if (finding.hides) hide(made);
  return made;
}

}  // namespace

void Findings::add(Finding finding) { keep(to_diagnostic(std::move(finding), source_)); }

void Findings::add(Finding finding, Place other, const std::string& label) {
  Diagnostic made = to_diagnostic(std::move(finding), source_);
  made.others.push_back({source_.spot(other), label, std::string(source_.line_at(other.offset))});
  keep(std::move(made));
}

void Findings::keep(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error) ++errors_;
  if (kept_.size() < kMaxFindings) {
    kept_.push_back(std::move(diagnostic));
  } else {
    ++dropped_;
  }
}

std::vector<Diagnostic> Findings::take() && {
  if (dropped_ > 0) {
    Diagnostic last = std::move(kept_.back());
    kept_.pop_back();
    last.severity = errors_ > 0 ? Severity::Error : Severity::Warning;
    last.code = "E199";
    last.path.clear();
    last.message = "there are more than " + std::to_string(kMaxFindings - 1) + " findings; the rest is not shown";
    last.hint = "mend these first";
    last.others.clear();
    kept_.push_back(std::move(last));
  }
  std::stable_sort(kept_.begin(), kept_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.spot.line, a.spot.column) < std::pair(b.spot.line, b.spot.column);
  });
  return std::move(kept_);
}

}  // namespace cowherd
