// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/manifest_name.h"

#include <algorithm>
#include <array>

namespace cowherd {

namespace {

constexpr std::array<std::string_view, 3> kManifestEndings{".yaml", ".yml", ".json"};
constexpr std::array<std::string_view, 6> kByProductEndings{".swp", ".swx", ".tmp", ".bak", ".orig", ".rej"};

// Bytes that follow the first one of a UTF-8 sequence (RFC 3629), or -1 for a byte that begins none.
int following(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  if (first >= 0xf0 && first <= 0xf4) return 3;
  return -1;
}

// E0, ED, F0 and F4 narrow their second byte: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool second_fits(unsigned char first, unsigned char second) {
  if (first == 0xe0) return second >= 0xa0;
  if (first == 0xed) return second <= 0x9f;
  if (first == 0xf0) return second >= 0x90;
  if (first == 0xf4) return second <= 0x8f;
  return true;
}

}  // namespace

bool is_hidden_name(std::string_view name) { return name.starts_with('.'); }

bool is_by_product_name(std::string_view name) {
  if (name.ends_with('~')) return true;
  if (name.size() > 1 && name.starts_with('#') && name.ends_with('#')) return true;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view ending = name.substr(dot);
  if (ending.starts_with(".dpkg-")) return true;
  return std::find(kByProductEndings.begin(), kByProductEndings.end(), ending) != kByProductEndings.end();
}

bool is_manifest_name(std::string_view name) {
  if (is_hidden_name(name) || is_by_product_name(name)) return false;
  return std::any_of(kManifestEndings.begin(), kManifestEndings.end(),
                     [name](std::string_view ending) { return name.ends_with(ending); });
}

bool is_printable_name(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto first = static_cast<unsigned char>(name[i]);
    if (first < 0x20 || first == 0x7f) return false;
    const int more = following(first);
    if (more < 0) return false;
    for (int k = 0; k < more; ++k) {
      if (++i == name.size()) return false;
      const auto next = static_cast<unsigned char>(name[i]);
      if ((next & 0xc0) != 0x80 || (k == 0 && !second_fits(first, next))) return false;
    }
    const bool c1_control = first == 0xc2 && static_cast<unsigned char>(name[i]) < 0xa0;
    if (c1_control) return false;
  }
  return true;
}

std::string escaped_name(std::string_view name) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += "\\x";
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    }
  }
  return text;
}

}  // namespace cowherd
