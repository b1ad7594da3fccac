// SPDX-License-Identifier: Apache-2.0
// What is wrong with a text before YAML is read from it. yaml-cpp 0.7 accepts invalid UTF-8, takes byte 0x04 for the end of
// the text, ignores every line that begins with '%', and keeps a token for each mark of a line in memory; so none of
// these reaches it.
#pragma once

#include "resources/manifest/findings.h"

namespace cowherd {

inline constexpr std::size_t kMaxTextSize = 1 << 20;
inline constexpr std::size_t kMaxLineSize = 32 << 10;

// A mark at the very beginning is fine; it counts as no column.
std::string_view without_byte_order_mark(std::string_view text);

// Adds findings; with any error among them the text must not be parsed.
void check_text(Findings& findings);

// Finding for a text that is too large to look at; nothing else is read of it.
Diagnostic too_large(const std::string& file, std::size_t size);

}  // namespace cowherd
