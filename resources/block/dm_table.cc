// SPDX-License-Identifier: Apache-2.0
#include "resources/block/dm_table.h"

#include <charconv>
#include <optional>

namespace cowherd {

namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<DeviceNumber> parse_device(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = parse_number<unsigned>(text.substr(0, colon));
  const auto minor = parse_number<unsigned>(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return DeviceNumber{*major, *minor};
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<LinearTarget> parse_linear(const std::vector<std::string_view>& words) {
  if (words.size() != 2) return std::nullopt;
  const auto device = parse_device(words[0]);
  const auto offset = parse_number<std::uint64_t>(words[1]);
  if (!device || !offset) return std::nullopt;
  return LinearTarget{*device, Sectors{*offset}};
}

// Only the form cowherd loads; "P", "N" and feature arguments are somebody else's.
std::optional<SnapshotTarget> parse_snapshot(const std::vector<std::string_view>& words) {
  if (words.size() != 4 || words[2] != "PO") return std::nullopt;
  const auto origin = parse_device(words[0]);
  const auto cow = parse_device(words[1]);
  const auto chunk = parse_number<std::uint64_t>(words[3]);
  if (!origin || !cow || !chunk) return std::nullopt;
  return SnapshotTarget{*origin, *cow, Sectors{*chunk}};
}

struct TypeOf {
  std::string operator()(const LinearTarget&) const { return "linear"; }
  std::string operator()(const ZeroTarget&) const { return "zero"; }
  std::string operator()(const SnapshotTarget&) const { return "snapshot"; }
  std::string operator()(const OtherTarget& other) const { return other.type; }
};

struct ParamsOf {
  std::string operator()(const LinearTarget& linear) const {
    return to_string(linear.device) + " " + std::to_string(linear.offset.value);
  }
  std::string operator()(const ZeroTarget&) const { return ""; }
  std::string operator()(const SnapshotTarget& snapshot) const {
    return to_string(snapshot.origin) + " " + to_string(snapshot.cow) + " PO " +
           std::to_string(snapshot.chunk.value);
  }
  std::string operator()(const OtherTarget& other) const { return other.params; }
};

}  // namespace

std::string to_string(DeviceNumber device) {
  return std::to_string(device.major) + ":" + std::to_string(device.minor);
}

std::string DmTarget::type() const { return std::visit(TypeOf{}, what); }
std::string DmTarget::params() const { return std::visit(ParamsOf{}, what); }

std::string print_table(const DmTable& table) {
  std::string text;
  for (const DmTarget& target : table) {
    if (!text.empty()) text += "\n";
    text +=
        std::to_string(target.start.value) + " " + std::to_string(target.length.value) + " " + target.type();
    if (const std::string params = target.params(); !params.empty()) text += " " + params;
  }
  return text;
}

DmTarget parse_target(Sectors start, Sectors length, std::string_view type, std::string_view params) {
  DmTarget target{start, length, OtherTarget{std::string(type), std::string(params)}};
  const std::vector<std::string_view> words = words_of(params);
  if (type == "linear") {
    if (const auto linear = parse_linear(words)) target.what = *linear;
  } else if (type == "zero") {
    if (words.empty()) target.what = ZeroTarget{};
  } else if (type == "snapshot") {
    if (const auto snapshot = parse_snapshot(words)) target.what = *snapshot;
  }
  return target;
}

SnapshotStatus parse_snapshot_status(std::string_view params) {
  const std::vector<std::string_view> words = words_of(params);
  if (words.empty()) return SnapshotFault::Unreadable;
  if (words[0] == "Invalid") return SnapshotFault::Invalid;
  if (words[0] == "Overflow") return SnapshotFault::Overflow;
  if (words[0] == "Merge") return SnapshotFault::MergeFailed;
  const std::size_t slash = words[0].find('/');
  if (words.size() != 2 || slash == std::string_view::npos) return SnapshotFault::Unreadable;
  const auto used = parse_number<std::uint64_t>(words[0].substr(0, slash));
  const auto total = parse_number<std::uint64_t>(words[0].substr(slash + 1));
  const auto metadata = parse_number<std::uint64_t>(words[1]);
  if (!used || !total || !metadata) return SnapshotFault::Unreadable;
  return SnapshotUsage{Sectors{*used}, Sectors{*total}, Sectors{*metadata}};
}

}  // namespace cowherd
