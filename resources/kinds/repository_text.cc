// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/repository_text.h"

#include <algorithm>
#include <array>

#include "resources/kinds/collection_fields.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

using What = FieldProblem::What;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_printable(char c) { return c > 0x20 && c < 0x7f; }
bool is_alnum(char c) { return is_one_of(c, kDigits) || is_one_of(c, kLetters); }

bool is_user_info(std::string_view text) {
  return !text.empty() && (is_alnum(text.front()) || text.front() == '_') && std::all_of(text.begin(), text.end(), is_printable);
}

bool is_host(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    const std::string_view address = text.substr(1, text.size() - 2);
    return std::all_of(address.begin(), address.end(), [](char c) { return is_one_of(c, "0123456789ABCDEFabcdef:."); });
  }
  return !text.empty() && is_alnum(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || is_one_of(c, "._-"); });
}

bool is_url_path(std::string_view text) {
  return text.size() > 1 && text.front() == '/' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_printable(c) && !is_one_of(c, "?#\\"); });
}

// "user@host:22". Precondition: no '/' in it.
bool read_authority(std::string_view text, RepositoryUrl& url) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    url.user_info = text.substr(0, at);
    if (!is_user_info(url.user_info)) return false;
    text = text.substr(at + 1);
  }
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = text.substr(0, colon);
  if (colon == std::string_view::npos) return is_host(url.host);
  url.port = text.substr(colon + 1);
  const bool number = !url.port.empty() && url.port.size() <= 5 && url.port.find_first_not_of(kDigits) == std::string::npos;
  return number && is_host(url.host);
}

// git also takes "user@host:path" and bare paths; here each has one spelling.
std::string url_hint(std::string_view text) {
  if (text.starts_with('/')) return "write file://" + std::string(text);
  const std::size_t colon = text.find(':');
  const bool like_scp = colon != std::string_view::npos && text.find("://") == std::string_view::npos && text.find('/') > colon;
  if (like_scp && colon > 0 && colon + 1 < text.size() && text[colon + 1] != ':') {
    const std::string_view path = text.substr(colon + 1);
    return "write ssh://" + std::string(text.substr(0, colon)) + (path.front() == '/' ? "" : "/") + std::string(path);
  }
  return "write https://HOST/PATH, ssh://USER@HOST/PATH or file:///PATH";
}

FieldReading read_url(const std::string& text) {
  if (text.size() <= kMaxUrlBytes && parse_repository_url(text).has_value()) return text;
  return problem(What::Form, quoted(text) + " is not a URL of a repository", url_hint(std::string_view(text).substr(0, kMaxUrlBytes)));
}

bool is_ref_component(std::string_view text) { return !text.empty() && text.front() != '.' && !text.ends_with(".lock"); }

template <class Check>
bool each_component(std::string_view text, const Check& check) {
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    if (!check(text.substr(begin, end - begin))) return false;
    if (end == text.size()) return true;
    begin = end + 1;
  }
}

bool is_ref(std::string_view text) {
  const bool strange = std::any_of(text.begin(), text.end(), [](char c) { return is_one_of(c, " ~^:?*[\\"); });
  return !strange && !has_control(text) && !text.starts_with('-') && !text.starts_with("refs/") && text != "@" && !text.ends_with('.') &&
         text.find("..") == std::string_view::npos && text.find("@{") == std::string_view::npos &&
         each_component(text, is_ref_component);
}

FieldReading read_ref(const std::string& text) {
  if (text.size() <= kMaxRefBytes && is_ref(text)) return text;
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (text.starts_with(prefix)) {
      return problem(What::Form, quoted(text) + " is a whole ref", "write it without " + std::string(prefix));
    }
  }
  return problem(What::Form, quoted(text) + " is not the name of a branch or tag",
                 "as 'git branch' or 'git tag' lists it, up to " + std::to_string(kMaxRefBytes) + " bytes");
}

FieldReading read_commit(const std::string& text) {
  const bool hash = (text.size() == 40 || text.size() == 64) && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (hash) return text;
  return problem(What::Form, quoted(text) + " is not the whole name of a commit", "40 or 64 of 0-9a-f, as 'git rev-parse' prints it");
}

bool is_path_component(std::string_view text) { return !text.empty() && text != "." && text != ".." && lower(text) != ".git"; }

FieldReading read_repository_path(const std::string& text) {
  if (text.size() <= kMaxPathBytes && !has_control(text) && each_component(text, is_path_component)) return text;
  const std::string wrong = quoted(text) + " is not a path in a repository";
  if (text == "/" || text == "." || text.empty()) return problem(What::Form, wrong, "leave path out for the root of the repository");
  return problem(What::Form, wrong, "write it as in environments/production: no '/' at its ends, no '.', '..' or '.git' in it");
}

FieldReading read_user_name(const std::string& text) {
  const bool fits = !text.empty() && text.size() <= kMaxUserBytes && text.find(':') == std::string::npos && !has_control(text);
  if (fits) return text;
  return problem(What::Form, quoted(text) + " is not a user name",
                 "1 to " + std::to_string(kMaxUserBytes) + " bytes without ':' and control characters");
}

}  // namespace

FieldReading read_repository_text(FieldType type, const std::string& text) {
  switch (type) {
    case FieldType::RefName: return read_ref(text);
    case FieldType::CommitName: return read_commit(text);
    case FieldType::RepositoryPath: return read_repository_path(text);
    case FieldType::UserName: return read_user_name(text);
    default: return read_url(text);
  }
}

std::optional<RepositoryUrl> parse_repository_url(std::string_view text) {
  constexpr std::array<std::string_view, 5> kSchemes{"https", "http", "ssh", "git", "file"};
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos) return std::nullopt;
  RepositoryUrl url;
  url.scheme = text.substr(0, mark);
  if (std::find(kSchemes.begin(), kSchemes.end(), url.scheme) == kSchemes.end()) return std::nullopt;
  const std::string_view rest = text.substr(mark + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  url.path = rest.substr(slash);
  const bool placed = url.scheme == "file" ? slash == 0 : read_authority(rest.substr(0, slash), url);
  if (!placed || !is_url_path(url.path)) return std::nullopt;
  return url;
}

bool is_loopback(const RepositoryUrl& url) {
  const bool ipv4 = url.host.starts_with("127.") && url.host.find_first_not_of("0123456789.") == std::string::npos;
  return ipv4 || lower(url.host) == "localhost" || url.host == "[::1]";
}

}  // namespace cowherd
