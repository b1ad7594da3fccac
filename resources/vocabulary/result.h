// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error, over tl::expected, that may not be ignored.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "resources/vocabulary/error.h"

namespace cowherd {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;

  // Adds "while <doing>" to the trail of a failure.
  Result in(std::string while_doing) && {
    if (!this->has_value()) this->error() = std::move(this->error()).in(std::move(while_doing));
    return std::move(*this);
  }
};

using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return fail(make_error(kind, std::move(message), std::move(hint)));
}

#define COWHERD_CONCAT_INNER(a, b) a##b
#define COWHERD_CONCAT(a, b) COWHERD_CONCAT_INNER(a, b)

// Returns the error of `expression` from the enclosing function, if it has one.
#define COWHERD_TRY(expression)                                        \
  do {                                                                 \
    if (auto cowherd_status = (expression); !cowherd_status) {         \
      return ::cowherd::fail(std::move(cowherd_status).error());       \
    }                                                                  \
  } while (false)

// COWHERD_ASSIGN(const auto x, f()): declares x from the value of f(), or returns its error.
#define COWHERD_ASSIGN_NAMED(name, declaration, expression)            \
  auto name = (expression);                                            \
  if (!name) return ::cowherd::fail(std::move(name).error());          \
  declaration = *std::move(name)
#define COWHERD_ASSIGN(declaration, expression) \
  COWHERD_ASSIGN_NAMED(COWHERD_CONCAT(cowherd_result_, __LINE__), declaration, expression)

}  // namespace cowherd
