// SPDX-License-Identifier: Apache-2.0
// Text as a manual page carries it: the man(7) macros of roff.
#pragma once

#include <string>
#include <string_view>

namespace cowherd {

// Backslashes, hyphens and what would be read as a request at the start of a line, made plain.
std::string roff_text(std::string_view text);
std::string roff_bold(std::string_view text);
// ".TH": name in capitals, section, the version at the foot.
std::string roff_title(std::string_view name, int section, std::string_view version, std::string_view manual);
std::string roff_section(std::string_view title);
std::string roff_subsection(std::string_view title);
std::string roff_paragraph(std::string_view text);
// A tagged paragraph: the tag in bold, then its text.
std::string roff_item(std::string_view tag, std::string_view text);
// As it stands, line by line, in no proportional font.
std::string roff_example(std::string_view text);

}  // namespace cowherd
