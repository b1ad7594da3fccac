// SPDX-License-Identifier: Apache-2.0
// A document tree without a format: what YAML decodes into, what JSON is printed from, what identity files hold.
// Mappings keep their order, so that what is written is what a person wrote. files/json.h reads and prints it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "resources/vocabulary/result.h"

namespace cowherd {

class Value {
 public:
  using List = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Map = std::vector<Member>;

  Value() = default;
  Value(bool value) : data_(value) {}
  Value(std::int64_t value) : data_(value) {}
  Value(int value) : data_(std::int64_t{value}) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(List value) : data_(std::move(value)) {}
  Value(Map value) : data_(std::move(value)) {}

  static Value map() { return Value(Map{}); }
  static Value list() { return Value(List{}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const List* as_list() const { return std::get_if<List>(&data_); }
  const Map* as_map() const { return std::get_if<Map>(&data_); }

  // The member of a mapping, or null when this is no mapping or has no such key.
  const Value* find(std::string_view key) const;
  // Sets or replaces a member; a null value becomes an empty mapping first. Precondition: null or mapping.
  Value& set(std::string_view key, Value value);
  // Appends to a list; a null value becomes an empty list first. Precondition: null or list.
  Value& add(Value value);
  // Sets the value at a dotted path ("resources.memory"), making mappings on the way.
  void set_path(std::string_view dotted, Value value);
  // The value at a dotted path, or null.
  const Value* find_path(std::string_view dotted) const;

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, List, Map> data_{};
};

// Typed access to a member of an identity file; Corrupt when it is missing or of another type.
Result<std::string> string_at(const Value& map, std::string_view key);
Result<std::int64_t> integer_at(const Value& map, std::string_view key);

}  // namespace cowherd
