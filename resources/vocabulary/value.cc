// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/value.h"

namespace cowherd {

const Value* Value::find(std::string_view key) const {
  const Map* members = as_map();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

Value& Value::set(std::string_view key, Value value) {
  if (is_null()) data_ = Map{};
  Map& members = std::get<Map>(data_);
  for (Member& member : members) {
    if (member.first != key) continue;
    member.second = std::move(value);
    return *this;
  }
  members.emplace_back(std::string(key), std::move(value));
  return *this;
}

Value& Value::add(Value value) {
  if (is_null()) data_ = List{};
  std::get<List>(data_).push_back(std::move(value));
  return *this;
}

void Value::set_path(std::string_view dotted, Value value) {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos) {
    set(dotted, std::move(value));
    return;
  }
  const std::string_view head = dotted.substr(0, dot);
  const Value* existing = find(head);
  Value child = existing != nullptr ? *existing : Value::map();
  child.set_path(dotted.substr(dot + 1), std::move(value));
  set(head, std::move(child));
}

const Value* Value::find_path(std::string_view dotted) const {
  const std::size_t dot = dotted.find('.');
  const Value* child = find(dotted.substr(0, dot));
  if (dot == std::string_view::npos || child == nullptr) return child;
  return child->find_path(dotted.substr(dot + 1));
}

Result<std::string> string_at(const Value& map, std::string_view key) {
  const Value* member = map.find(key);
  if (member == nullptr || member->as_string() == nullptr) {
    return fail(ErrorKind::Corrupt, "'" + std::string(key) + "' is missing or not a string");
  }
  return *member->as_string();
}

Result<std::int64_t> integer_at(const Value& map, std::string_view key) {
  const Value* member = map.find(key);
  if (member == nullptr || member->as_integer() == nullptr) {
    return fail(ErrorKind::Corrupt, "'" + std::string(key) + "' is missing or not an integer");
  }
  return *member->as_integer();
}

}  // namespace cowherd
