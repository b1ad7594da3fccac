// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/snapshot_list.h"

#include <cstdio>
#include <set>

#include "resources/files/json.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> kKeys{"name", "sandbox", "capturedAt", "labels", "mode", "declared", "holds", "bytes"};
  return kKeys;
}

tl::unexpected<Error> bad(const std::string& place, const std::string& what, std::string hint = {}) {
  return fail(ErrorKind::Invalid, place + ": " + what, std::move(hint));
}

Result<std::string> text_of(const std::string& place, const Value& value) {
  if (value.as_string() == nullptr) return bad(place, "it is no text");
  if (value.as_string()->empty()) return bad(place, "it is empty");
  return *value.as_string();
}

Status read_labels(const std::string& place, const Value& value, RetentionSnapshot& snapshot) {
  if (value.as_map() == nullptr) return bad(place, "it is no mapping", "write {\"team\": \"ml\"}");
  for (const auto& [key, label] : *value.as_map()) {
    if (label.as_string() == nullptr) return bad(place + "." + key, "it is no text", "put the value in quotes");
    snapshot.labels[key] = *label.as_string();
  }
  return {};
}

Status read_holds(const std::string& place, const Value& value, RetentionSnapshot& snapshot) {
  if (value.as_list() == nullptr) return bad(place, "it is no list", "write [\"legal\"]");
  for (const Value& hold : *value.as_list()) {
    COWHERD_ASSIGN(std::string text, text_of(place, hold));
    snapshot.holds.push_back(std::move(text));
  }
  return {};
}

Status read_mode(const std::string& place, const Value& value, RetentionSnapshot& snapshot) {
  const std::string* text = value.as_string();
  if (text == nullptr || (*text != "Disk" && *text != "Full")) return bad(place, "it is no mode", "modes are Disk and Full");
  snapshot.mode = *text == "Full" ? SnapshotMode::Full : SnapshotMode::Disk;
  return {};
}

Status read_declared(const std::string& place, const Value& value, RetentionSnapshot& snapshot) {
  if (value.as_bool() == nullptr) return bad(place, "it is neither true nor false");
  snapshot.is_declared = *value.as_bool();
  return {};
}

Status read_bytes(const std::string& place, const Value& value, RetentionSnapshot& snapshot) {
  const std::int64_t* number = value.as_integer();
  if (number == nullptr || *number < 0) return bad(place, "it is no number of bytes");
  snapshot.allocated = Bytes{static_cast<std::uint64_t>(*number)};
  return {};
}

Status read_time(const std::string& place, const Value& value, RetentionSnapshot& snapshot) {
  COWHERD_ASSIGN(const std::string text, text_of(place, value));
  Result<Moment> moment = parse_time(text);
  if (!moment) return bad(place, moment.error().message, moment.error().hint);
  snapshot.captured = *moment;
  return {};
}

Status read_member(const std::string& place, const std::string& key, const Value& value, RetentionSnapshot& snapshot) {
  const std::string here = place + "." + key;
  if (key == "name" || key == "sandbox") {
    COWHERD_ASSIGN((key == "name" ? snapshot.name : snapshot.sandbox), text_of(here, value));
    return {};
  }
  if (key == "capturedAt") return read_time(here, value, snapshot);
  if (key == "labels") return read_labels(here, value, snapshot);
  if (key == "mode") return read_mode(here, value, snapshot);
  if (key == "declared") return read_declared(here, value, snapshot);
  if (key == "holds") return read_holds(here, value, snapshot);
  if (key == "bytes") return read_bytes(here, value, snapshot);
  return bad(place, "unknown key '" + key + "'", did_you_mean(key, known_keys()));
}

Result<RetentionSnapshot> read_snapshot(const std::string& place, const Value& value) {
  if (value.as_map() == nullptr) return bad(place, "it is no mapping");
  RetentionSnapshot snapshot;
  for (const auto& [key, member] : *value.as_map()) COWHERD_TRY(read_member(place, key, member, snapshot));
  for (const char* needed : {"name", "sandbox", "capturedAt"}) {
    if (value.find(needed) == nullptr) return bad(place, "'" + std::string(needed) + "' is missing");
  }
  return snapshot;
}

}  // namespace

Result<Moment> parse_time(std::string_view text) {
  const auto is_offset = [](std::string_view end) {
    return end.size() == 6 && (end[0] == '+' || end[0] == '-') && end[3] == ':';
  };
  if (text.size() < 6 || !is_offset(text.substr(text.size() - 6))) return parse_moment(text);
  const std::string offset(text.substr(text.size() - 6));
  int hours = 0;
  int minutes = 0;
  if (std::sscanf(offset.c_str() + 1, "%2d:%2d", &hours, &minutes) != 2 || hours > 23 || minutes > 59) return parse_moment(text);
  COWHERD_ASSIGN(const Moment local, parse_moment(std::string(text.substr(0, text.size() - 6)) + "Z"));
  const Span ahead = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return offset.front() == '-' ? local + ahead : local - ahead;
}

Result<std::vector<RetentionSnapshot>> parse_snapshot_list(std::string_view json) {
  COWHERD_ASSIGN(const Value value, parse_json(json));
  if (value.as_list() == nullptr) return fail(ErrorKind::Invalid, "it is no JSON list of snapshots");
  std::vector<RetentionSnapshot> snapshots;
  std::set<std::string> names;
  for (std::size_t i = 0; i < value.as_list()->size(); ++i) {
    const std::string place = "[" + std::to_string(i) + "]";
    COWHERD_ASSIGN(RetentionSnapshot snapshot, read_snapshot(place, (*value.as_list())[i]));
    if (!names.insert(snapshot.name).second) return bad(place + ".name", "'" + snapshot.name + "' stands here a second time");
    snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

}  // namespace cowherd
