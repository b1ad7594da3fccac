// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/roff.h"

namespace cowherd {

std::string roff_text(std::string_view text) {
  std::string made;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) made += "\\&";
    if (c == '\\') {
      made += "\\e";
    } else if (c == '-') {
      made += "\\-";
    } else {
      made += c;
    }
    at_start = c == '\n';
  }
  return made;
}

std::string roff_bold(std::string_view text) { return "\\fB" + roff_text(text) + "\\fR"; }

std::string roff_title(std::string_view name, int section, std::string_view version, std::string_view manual) {
  return ".TH " + std::string(name) + " " + std::to_string(section) + " \"\" \"cowherd " + std::string(version) + "\" \"" +
         std::string(manual) + "\"\n.nh\n.ad l\n";
}

std::string roff_section(std::string_view title) { return ".SH " + roff_text(title) + "\n"; }

std::string roff_subsection(std::string_view title) { return ".SS " + roff_text(title) + "\n"; }

std::string roff_paragraph(std::string_view text) { return ".PP\n" + roff_text(text) + "\n"; }

std::string roff_item(std::string_view tag, std::string_view text) {
  return ".TP\n" + roff_bold(tag) + "\n" + roff_text(text) + "\n";
}

std::string roff_example(std::string_view text) { return ".PP\n.nf\n.RS\n" + roff_text(text) + "\n.RE\n.fi\n"; }

}  // namespace cowherd
