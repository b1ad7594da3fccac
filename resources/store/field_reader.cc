// SPDX-License-Identifier: Apache-2.0
#include "resources/store/field_reader.h"

namespace cowherd {

FieldReader::FieldReader(const Value& map) : map_(map) {
  if (map_.as_map() == nullptr) error_ = make_error(ErrorKind::Corrupt, "it is not an object");
}

void FieldReader::wrong(std::string_view key, const std::string& why) {
  if (!error_) error_ = make_error(ErrorKind::Corrupt, "'" + std::string(key) + "': " + why);
}

const Value& FieldReader::member(std::string_view key) {
  static const Value kNothing{};
  asked_.emplace(key);
  const Value* found = map_.find(key);
  if (found == nullptr) wrong(key, "it is missing");
  return found != nullptr ? *found : kNothing;
}

std::string FieldReader::text(std::string_view key) {
  const std::string* found = member(key).as_string();
  if (found == nullptr) wrong(key, "it is not a string");
  return found != nullptr ? *found : std::string();
}

std::int64_t FieldReader::integer(std::string_view key) {
  const std::int64_t* found = member(key).as_integer();
  if (found == nullptr) wrong(key, "it is not an integer");
  return found != nullptr ? *found : 0;
}

bool FieldReader::boolean(std::string_view key) {
  const bool* found = member(key).as_bool();
  if (found == nullptr) wrong(key, "it is not true or false");
  return found != nullptr && *found;
}

Bytes FieldReader::bytes(std::string_view key) {
  const std::int64_t count = integer(key);
  if (count < 0) wrong(key, "it is negative");
  return Bytes{static_cast<std::uint64_t>(count)};
}

Moment FieldReader::moment(std::string_view key) { return take(key, parse_moment(text(key))); }

std::map<std::string, std::string> FieldReader::texts_by_key(std::string_view key) {
  std::map<std::string, std::string> texts;
  const Value::Map* found = member(key).as_map();
  if (found == nullptr) {
    wrong(key, "it is not an object");
    return texts;
  }
  for (const Value::Member& entry : *found) {
    if (entry.second.as_string() == nullptr) {
      wrong(key, "'" + entry.first + "' is not a string");
      continue;
    }
    texts[entry.first] = *entry.second.as_string();
  }
  return texts;
}

std::vector<std::string> FieldReader::texts(std::string_view key) {
  std::vector<std::string> texts;
  const Value::List* found = member(key).as_list();
  if (found == nullptr) {
    wrong(key, "it is not a list");
    return texts;
  }
  for (const Value& entry : *found) {
    if (entry.as_string() == nullptr) {
      wrong(key, "it holds something that is not a string");
      continue;
    }
    texts.push_back(*entry.as_string());
  }
  return texts;
}

Status FieldReader::done() const {
  if (error_) return fail(*error_);
  for (const Value::Member& entry : *map_.as_map()) {
    if (asked_.find(entry.first) != asked_.end()) continue;
    return fail(ErrorKind::Corrupt, "'" + entry.first + "' is not known to this version (formatVersion 1)",
                "a newer cowherd may have written the file: use that version");
  }
  return {};
}

}  // namespace cowherd
