// SPDX-License-Identifier: Apache-2.0
// A statement in one line: prepared, bound, run to its end.
#pragma once

#include <string_view>

#include "resources/catalog/sqlite/sqlite_handles.h"

namespace cowherd {

// Calls `row` for every row.
template <class Row>
Status for_each(Database& database, std::string_view sql, Row row) {
  COWHERD_ASSIGN(Statement statement, Statement::prepare(database, sql));
  while (true) {
    COWHERD_ASSIGN(const bool more, statement.step());
    if (!more) return {};
    row(statement);
  }
}

template <class... Values>
Status run(Database& database, std::string_view sql, const Values&... values) {
  COWHERD_ASSIGN(Statement statement, Statement::prepare(database, sql));
  (statement.bind(values), ...);
  return statement.run();
}

}  // namespace cowherd
