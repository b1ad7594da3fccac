// SPDX-License-Identifier: Apache-2.0
// Collects what is wrong with one file, up to a limit.
#pragma once

#include <string>
#include <vector>

#include "resources/manifest/source_text.h"

namespace cowherd {

inline constexpr std::size_t kMaxFindings = 200;

// A finding before it is tied to lines of text.
struct Finding {
  std::string code{};  // E…: error, W…: warning
  Place place{};
  std::string path{};
  std::string message{};
  std::string hint{};
  bool hides = false;  // the place holds a secret: it is not shown
};

class Findings {
 public:
  explicit Findings(const SourceText& source) : source_(source) {}

  void add(Finding finding);
  void add(Finding finding, Place other, const std::string& label);
  std::size_t errors() const { return errors_; }
  // Nothing more would be kept, and it is known that the file is wrong: time to stop looking.
  bool enough() const { return dropped_ > 0 && errors_ > 0; }
  const SourceText& source() const { return source_; }
  // In the order of the text; the last one says so when there were more than kMaxFindings.
  std::vector<Diagnostic> take() &&;

 private:
  void keep(Diagnostic diagnostic);

  const SourceText& source_;
  std::vector<Diagnostic> kept_{};
  std::size_t errors_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace cowherd
