// SPDX-License-Identifier: Apache-2.0
// Rows that tie a Field to a member of a struct, and what can be done with a whole table of them.
//
//   member({.path = "resources.vcpus", .standard = 1, .minimum = 1, .doc = "…"}, &SandboxSpec::vcpus)
#pragma once

#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "resources/kinds/field.h"

namespace cowherd {

template <class S>
struct Member {
  Field about{};
  std::function<std::optional<FieldValue>(const S&)> get{};  // nothing: unset
  std::function<void(S&, const FieldValue&)> set{};          // precondition: from read_field of this field
};

template <class S>
struct Table {
  std::string doc{};
  std::vector<Section> sections{};
  std::vector<OneOf> one_of{};
  std::vector<Member<S>> members{};

  std::vector<Field> fields() const {
    std::vector<Field> all;
    for (const Member<S>& member : members) all.push_back(member.about);
    return all;
  }
};

using FieldValues = std::map<std::string, FieldValue, std::less<>>;  // by Field::path

namespace table_detail {

template <class T>
struct Unwrap {
  using type = T;
};
template <class T>
struct Unwrap<std::optional<T>> {
  using type = T;
};

template <class T>
constexpr FieldType type_of() {
  if constexpr (std::is_enum_v<T>) return FieldType::Enum;
  if constexpr (std::is_same_v<T, ResourceName>) return FieldType::Name;
  if constexpr (std::is_same_v<T, std::string>) return FieldType::AbsolutePath;
  if constexpr (std::is_same_v<T, Digest>) return FieldType::Sha256;
  if constexpr (std::is_same_v<T, Bytes>) return FieldType::Quantity;
  if constexpr (std::is_same_v<T, Span>) return FieldType::Duration;
  if constexpr (std::is_same_v<T, CalendarSpan>) return FieldType::CalendarDuration;
  if constexpr (std::is_same_v<T, std::int64_t>) return FieldType::Integer;
  if constexpr (std::is_same_v<T, bool>) return FieldType::Boolean;
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return FieldType::TextList;
  if constexpr (std::is_same_v<T, LabelSelector>) return FieldType::Labels;
  if constexpr (std::is_same_v<T, std::vector<LabelSelector>>) return FieldType::SelectorList;
}

template <class T>
FieldValue wrap(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return EnumIndex{static_cast<std::size_t>(value)};
  } else {
    return value;
  }
}

template <class T>
T unwrap(const FieldValue& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(std::get<EnumIndex>(value).value);
  } else {
    return std::get<T>(value);
  }
}

// Texts, names and collections are unset when empty, unless an empty one means something other than the default.
template <class T>
bool unset(const T& value, const Field& about) {
  if constexpr (std::is_same_v<T, ResourceName>) {
    return value.str().empty();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value.empty();
  } else if constexpr (std::is_same_v<T, std::vector<std::string>> || std::is_same_v<T, LabelSelector> ||
                       std::is_same_v<T, std::vector<LabelSelector>>) {
    return value.empty() && about.standard.is_null();
  } else {
    return false;
  }
}

template <class T>
std::optional<FieldValue> read(const T& value, const Field& about) {
  if (unset(value, about)) return std::nullopt;
  return wrap(value);
}

template <class T>
std::optional<FieldValue> read(const std::optional<T>& value, const Field& about) {
  if (!value) return std::nullopt;
  return read(*value, about);
}

template <class S, class T>
decltype(auto) reach(S& from, T std::remove_const_t<S>::*member) {
  return (from.*member);
}

template <class S, class T, class U>
decltype(auto) reach(S& from, T std::remove_const_t<S>::*outer, U T::*inner) {
  return (from.*outer.*inner);
}

}  // namespace table_detail

// One row. A second pointer leads into a nested struct: &RetentionPolicySpec::keep, &KeepRules::last.
template <class S, class T, class... Inner>
Member<S> member(Field about, T S::*outer, Inner... inner) {
  using Target = std::remove_cvref_t<decltype(table_detail::reach(std::declval<S&>(), outer, inner...))>;
  using Held = typename table_detail::Unwrap<Target>::type;
  if (about.type == FieldType::OfMember) about.type = table_detail::type_of<Held>();
  Member<S> row;
  row.get = [=](const S& from) { return table_detail::read(table_detail::reach(from, outer, inner...), about); };
  row.set = [=](S& to, const FieldValue& value) {
    table_detail::reach(to, outer, inner...) = table_detail::unwrap<Held>(value);
  };
  row.about = std::move(about);
  return row;
}

// The struct with these values, defaults elsewhere. Required fields that are not given stay empty.
template <class S>
S assemble(const Table<S>& table, const FieldValues& values) {
  S made{};
  for (const Member<S>& row : table.members) {
    if (const auto given = values.find(row.about.path); given != values.end()) {
      row.set(made, given->second);
    } else if (!row.about.standard.is_null()) {
      row.set(made, read_field(row.about, row.about.standard).value());  // a default reads back: kinds tests
    }
  }
  return made;
}

// What a row holds in this struct. Nothing: it is unset, or stands below an option that is not written.
template <class S>
std::optional<FieldValue> held(const Table<S>& table, const Member<S>& row, const S& from) {
  const std::string option = option_above(table.one_of, row.about.path);
  if (option.empty() || row.about.need == Need::Required) return row.get(from);
  for (const Member<S>& other : table.members) {
    const bool decides = other.about.need == Need::Required && option_above(table.one_of, other.about.path) == option;
    if (decides && !other.get(from)) return std::nullopt;
  }
  return row.get(from);
}

// The struct as a document, fields in table order, unset ones left out.
template <class S>
Value disassemble(const Table<S>& table, const S& from) {
  Value document = Value::map();
  for (const Member<S>& row : table.members) {
    if (const auto value = held(table, row, from)) document.set_path(row.about.path, print_field(row.about, *value));
  }
  return document;
}

}  // namespace cowherd
