// SPDX-License-Identifier: Apache-2.0
// What a look at the world answered: Known, Absent, or Unknown with the reason. Unknown is not absent: nothing
// is created, destroyed or collected because a look failed.
#pragma once

#include <utility>
#include <variant>

#include "resources/vocabulary/result.h"

namespace cowherd {

struct Absent {
  bool operator==(const Absent&) const = default;
};

template <class T>
class Fact {
 public:
  Fact() : state_(Absent{}) {}
  Fact(Absent) : state_(Absent{}) {}
  Fact(T value) : state_(std::move(value)) {}
  Fact(Error why) : state_(std::move(why)) {}

  // Only NotFound becomes Absent; every other error is Unknown.
  static Fact from(Result<T> look) {
    if (look) return Fact(*std::move(look));
    if (look.error().kind == ErrorKind::NotFound) return Fact(Absent{});
    return Fact(std::move(look).error());
  }

  bool known() const { return std::holds_alternative<T>(state_); }
  bool absent() const { return std::holds_alternative<Absent>(state_); }
  bool unknown() const { return std::holds_alternative<Error>(state_); }

  // Precondition: known().
  const T& operator*() const { return std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }
  T& value() { return std::get<T>(state_); }
  // Precondition: unknown().
  const Error& why() const { return std::get<Error>(state_); }

  bool operator==(const Fact&) const = default;

 private:
  std::variant<Absent, T, Error> state_;
};

}  // namespace cowherd
