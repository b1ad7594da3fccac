// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/git_url.h"

#include <algorithm>
#include <array>

namespace cowherd {

namespace {

constexpr std::size_t kLongest = 2048;
constexpr std::array<std::string_view, 5> kSchemes{"https", "http", "ssh", "git", "file"};
constexpr std::string_view kHint = "https://HOST/PATH, ssh://git@HOST/PATH (what git also writes git@HOST:PATH) or file:///PATH";

bool is_plain(char c) { return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f; }

// Parts of a name between slashes.
bool is_ref_part(std::string_view part) {
  if (part.empty() || part.front() == '.' || part.front() == '-' || part.ends_with(".lock") || part.ends_with('.')) return false;
  if (part.find("..") != std::string_view::npos || part.find("@{") != std::string_view::npos || part == "@") return false;
  return std::none_of(part.begin(), part.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  });
}

bool is_ref_name(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return false;
  while (true) {
    const std::size_t slash = name.find('/');
    if (!is_ref_part(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<GitUrl> parse_git_url(std::string_view text) {
  const auto refuse = [](std::string why) { return fail(ErrorKind::Invalid, "this is no address of a repository: " + why, std::string(kHint)); };
  if (text.size() > kLongest) return refuse("it is longer than " + std::to_string(kLongest) + " characters");
  if (!std::all_of(text.begin(), text.end(), is_plain)) return refuse("it has a character that has to be written as %XX");
  GitUrl url;
  url.text = text;
  const std::size_t colon = text.find("://");
  url.scheme = text.substr(0, std::min(colon, text.size()));
  if (colon == std::string_view::npos || std::find(kSchemes.begin(), kSchemes.end(), url.scheme) == kSchemes.end()) {
    return refuse("it does not begin with https://, ssh:// or file://");
  }
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  url.path = rest.substr(slash);
  url.host = rest.substr(0, slash);
  if (const std::size_t at = url.host.rfind('@'); at != std::string::npos) {
    url.user = url.host.substr(0, at);
    url.host.erase(0, at + 1);
  }
  if (url.path.size() < 2) return refuse("it names no path");
  if (url.user.find(':') != std::string::npos) return refuse("it has a password in it, which belongs into a file");
  if (url.user.starts_with('-') || url.host.starts_with('-')) return refuse("its host begins with '-'");
  if (url.host.empty() != (url.scheme == "file")) return refuse(url.host.empty() ? "it names no host" : "a file has no host");
  return url;
}

Result<std::string> full_ref(const GitRef& ref) {
  if (ref.kind == RefKind::Commit || !is_ref_name(ref.name)) {
    return fail(ErrorKind::Invalid, "this is no name of a branch or tag", "see git-check-ref-format(1)");
  }
  return (ref.kind == RefKind::Branch ? "refs/heads/" : "refs/tags/") + ref.name;
}

}  // namespace cowherd
