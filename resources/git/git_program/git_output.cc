// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/git_output.h"

#include <algorithm>
#include <charconv>

#include "resources/manifest/utf8.h"

namespace cowherd {

namespace {

constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
constexpr std::size_t kLongestText = 200;

tl::unexpected<Error> unlike(std::string_view command) {
  return fail(ErrorKind::Corrupt, "git " + std::string(command) + " printed what it never prints");
}

// Takes what stands before `end` off the front, and `end` with it; nothing when there is no `end`.
std::optional<std::string_view> cut(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<TreeEntry::Type> type_of(std::string_view mode, std::string_view kind) {
  if (mode == "160000" && kind == "commit") return TreeEntry::Type::Submodule;
  if (kind != "blob") return std::nullopt;
  if (mode == "120000") return TreeEntry::Type::Symlink;
  if (mode.starts_with("100")) return TreeEntry::Type::File;
  return std::nullopt;
}

// "MODE KIND ID SIZE<tab>PATH", the size padded with spaces on its left and "-" for a submodule.
std::optional<TreeEntry> parse_entry(std::string_view line) {
  const auto mode = cut(line, ' ');
  const auto kind = cut(line, ' ');
  const auto id = cut(line, ' ');
  auto size = cut(line, '\t');
  if (!mode || !kind || !id || !size || line.empty()) return std::nullopt;
  size->remove_prefix(std::min(size->find_first_not_of(' '), size->size()));
  const auto type = type_of(*mode, *kind);
  const auto name = CommitId::make(*id);
  const auto bytes = type == TreeEntry::Type::Submodule ? 0 : number<std::uint64_t>(*size);
  if (!type || !name || !bytes) return std::nullopt;
  return TreeEntry{*type, *name, *bytes, std::string(line)};
}

bool is_harmless(std::uint32_t code_point) {
  const bool is_control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
  const bool ends_line = code_point == 0x2028 || code_point == 0x2029;
  return !is_control && !ends_line && !turns_direction(code_point);
}

}  // namespace

Result<std::optional<CommitId>> parse_ls_remote(std::string_view text, std::string_view ref) {
  const std::string peeled = std::string(ref) + "^{}";
  std::optional<CommitId> found;
  bool is_peeled = false;
  while (!text.empty()) {
    const auto id = cut(text, '\t');
    const auto name = id ? cut(text, '\n') : std::nullopt;
    const auto commit = id ? CommitId::make(*id) : Result<CommitId>(fail(ErrorKind::Corrupt, ""));
    if (!name || !commit) return unlike("ls-remote");
    const bool this_is_peeled = *name == peeled;
    if ((*name != ref && !this_is_peeled) || is_peeled) continue;
    found = *commit;
    is_peeled = this_is_peeled;
  }
  return found;
}

Result<std::vector<TreeEntry>> parse_tree(std::string_view text, std::size_t most) {
  std::vector<TreeEntry> entries;
  while (!text.empty()) {
    const auto line = cut(text, '\0');
    const auto entry = line ? parse_entry(*line) : std::nullopt;
    if (!entry) return unlike("ls-tree");
    if (entries.size() == most) return fail(ErrorKind::Exhausted, "there are more than " + std::to_string(most) + " files");
    entries.push_back(*entry);
  }
  return entries;
}

Result<std::optional<NamedObject>> parse_object(std::string_view line) {
  if (line.ends_with(" missing\n")) return std::optional<NamedObject>();
  const auto id = cut(line, ' ');
  const auto type = cut(line, ' ');
  const auto size = cut(line, '\n');
  const auto name = id ? CommitId::make(*id) : Result<CommitId>(fail(ErrorKind::Corrupt, ""));
  if (!type || !size || !name || !number<std::uint64_t>(*size) || !line.empty()) return unlike("cat-file --batch-check");
  return NamedObject{std::string(*type), *name};
}

Result<std::vector<std::string>> parse_contents(std::string_view text, const std::vector<TreeEntry>& files) {
  std::vector<std::string> contents;
  for (const TreeEntry& file : files) {
    const auto line = cut(text, '\n');
    const bool as_asked = line && *line == file.id.str() + " blob " + std::to_string(file.size);
    if (!as_asked || text.size() <= file.size || text[file.size] != '\n') return unlike("cat-file --batch");
    contents.emplace_back(text.substr(0, file.size));
    text.remove_prefix(file.size + 1);
  }
  if (!text.empty()) return unlike("cat-file --batch");
  return contents;
}

Result<CommitFacts> parse_facts(std::string_view text) {
  const auto name = cut(text, '\0');
  const auto address = cut(text, '\0');
  const auto seconds = cut(text, '\0');
  if (!name || !address || !seconds) return unlike("log");
  const std::int64_t since = number<std::int64_t>(*seconds).value_or(0);
  CommitFacts facts;
  facts.author = one_line(std::string(*name) + " <" + std::string(*address) + ">", kLongestText);
  facts.subject = one_line(text, kLongestText);
  facts.committed = Moment{std::chrono::seconds{std::clamp<std::int64_t>(since, 0, kLastSecond)}};
  return facts;
}

std::string one_line(std::string_view text, std::size_t most) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
  std::string line;
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    const std::size_t length = std::max<std::size_t>(point.length, 1);
    if (line.size() + length > most) return line;
    line += point.length == 0 ? "?" : is_harmless(point.value) ? text.substr(0, length) : " ";
    text.remove_prefix(length);
  }
  return line;
}

}  // namespace cowherd
