// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/text_check.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "resources/manifest/utf8.h"

namespace cowherd {

namespace {

// YAML 1.2, production c-printable, less the line breaks that only some readers know (U+0085, U+2028, U+2029) and less
// the marks that turn the direction of text, by which a line can look like another one.
bool is_allowed(std::uint32_t point) {
  if (point < 0x20) return point == '\t' || point == '\n' || point == '\r';
  if (point >= 0x7f && point < 0xa0) return false;
  if (point == 0x2028 || point == 0x2029 || point == 0xfeff || point == 0xfffe || point == 0xffff) return false;
  return !turns_direction(point);
}

std::string named(std::uint32_t point) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "U+%04X", static_cast<unsigned>(point));
  return buffer.data();
}

Finding bad_character(std::size_t offset, const CodePoint& found) {
  if (found.length == 0) {
    return {"E102", {offset, 1}, "", "the text is not UTF-8 from here on", "save the file as UTF-8"};
  }
  if (found.value == 0) return {"E103", {offset, 1}, "", "there is a NUL byte in the text", "is this a binary file?"};
  if (found.value == '\r') {
    return {"E103", {offset, 1}, "", "a carriage return stands alone", "end lines with a line feed, with or without one before it"};
  }
  return {"E103", {offset, found.length}, "", "character " + named(found.value) + " is not allowed here",
          "take it out, or write it as an escape in a double-quoted text"};
}

// Only the first: what follows is likely of the same kind.
void check_characters(Findings& findings) {
  const std::string_view text = findings.source().text();
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint found = decode_utf8(text.substr(i));
    const bool lone_return = found.value == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n');
    if (found.length == 0 || lone_return || !is_allowed(found.value)) {
      findings.add(bad_character(i, found));
      return;
    }
    i += found.length;
  }
}

void check_lines(Findings& findings) {
  const SourceText& source = findings.source();
  for (std::size_t i = 0; i < source.line_count() && !findings.enough(); ++i) {
    const std::string_view line = source.line(i);
    if (line.size() > kMaxLineSize) {
      findings.add({"E105", {source.line_start(i), 1}, "", "the line is longer than " + std::to_string(kMaxLineSize) + " bytes",
                    "break it into several lines"});
    }
    if (line.starts_with('%')) {
      findings.add({"E106", {source.line_start(i), line.size()}, "", "YAML directives are not supported",
                    "take the line out; a document begins with '---'"});
    }
  }
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

void check_text(Findings& findings) {
  check_characters(findings);
  if (findings.errors() == 0) check_lines(findings);
}

Diagnostic too_large(const std::string& file, std::size_t size) {
  Diagnostic made;
  made.code = "E101";
  made.spot = {file, 1, 1, 1};
  made.message = "the file has " + std::to_string(size) + " bytes, more than " + std::to_string(kMaxTextSize);
  made.hint = "split it into several files";
  return made;
}

}  // namespace cowherd
