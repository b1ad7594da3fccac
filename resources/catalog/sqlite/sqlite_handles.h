// SPDX-License-Identifier: Apache-2.0
// SQLite by value: a connection, a statement and a transaction that clean up after themselves. Not thread-safe: one
// thread at a time per connection.
//
// Errors: Corrupt for SQLITE_CORRUPT and SQLITE_NOTADB, Busy for a lock held past the timeout, Exhausted for a full disk
// or no memory, Denied for what may not be opened or written, else Failed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "resources/vocabulary/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cowherd {

enum class DatabaseAccess { ReadWrite, ReadOnly };

class Database {
 public:
  // The file must exist. Settings that make SQLite strict are on; waits up to five seconds for a lock.
  static Result<Database> open(const std::string& path, DatabaseAccess access);

  Status execute(const std::string& sql);
  // The one value of a query with one row: a pragma, a count.
  Result<std::int64_t> integer(const std::string& sql);
  Result<std::string> text(const std::string& sql);
  std::int64_t last_row_id() const;
  std::int64_t changes() const;
  // The failure SQLite reports now, as an error.
  Error error(int code, std::string_view doing) const;
  sqlite3* get() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Database(std::unique_ptr<sqlite3, Close> handle, std::string path)
      : handle_(std::move(handle)), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

// One prepared statement. Parameters are bound in order, columns read from 0.
class Statement {
 public:
  static Result<Statement> prepare(Database& database, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  // True: a row can be read. A failed bind shows here.
  Result<bool> step();
  // For a statement without rows.
  Status run();
  std::int64_t integer(int column) const;
  std::string text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(Database& database, std::unique_ptr<sqlite3_stmt, Finalize> statement)
      : database_(&database), statement_(std::move(statement)) {}

  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
  int bind_failure_ = 0;
};

// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind { Read, Write };
  static Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace cowherd
