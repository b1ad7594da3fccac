// SPDX-License-Identifier: Apache-2.0
// Reads the members of an identity file one by one; the first thing that is wrong is what done() answers, and so is a
// member nobody asked for.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"
#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

class FieldReader {
 public:
  explicit FieldReader(const Value& map);

  std::string text(std::string_view key);
  std::int64_t integer(std::string_view key);
  bool boolean(std::string_view key);
  Bytes bytes(std::string_view key);
  Moment moment(std::string_view key);
  std::map<std::string, std::string> texts_by_key(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  // The member itself; a null value when it is missing, which is then wrong.
  const Value& member(std::string_view key);
  bool has(std::string_view key) const { return map_.find(key) != nullptr; }

  // A member of a type with a checking make(): ResourceName, Uid, Digest.
  template <class T>
  T made(std::string_view key) {
    return take<T>(key, T::make(text(key)));
  }

  template <class T>
  T take(std::string_view key, Result<T> value) {
    if (value) return *std::move(value);
    wrong(key, value.error().message);
    return T{};
  }

  void wrong(std::string_view key, const std::string& why);
  // Corrupt when something was wrong or a member was not asked for.
  Status done() const;

 private:
  const Value& map_;
  std::set<std::string, std::less<>> asked_{};
  std::optional<Error> error_{};
};

}  // namespace cowherd
