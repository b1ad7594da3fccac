// SPDX-License-Identifier: Apache-2.0
#include "resources/catalog/sqlite/sqlite_handles.h"

#include <sqlite3.h>

namespace cowherd {

namespace {

constexpr int kLockWaitMs = 5000;

ErrorKind kind_of(int code) {
  switch (code & 0xff) {  // the primary code of an extended one
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorKind::Corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorKind::Busy;
    case SQLITE_FULL:
    case SQLITE_NOMEM: return ErrorKind::Exhausted;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY: return ErrorKind::Denied;
    default: return ErrorKind::Failed;
  }
}

}  // namespace

// --- Database

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Error Database::error(int code, std::string_view doing) const {
  const char* reason = handle_ != nullptr ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  return make_error(kind_of(code), std::string(doing) + " catalog '" + path_ + "': " + reason);
}

Result<Database> Database::open(const std::string& path, DatabaseAccess access) {
  sqlite3* raw = nullptr;
  const int flags = access == DatabaseAccess::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(std::unique_ptr<sqlite3, Close>(raw), path);
  if (code != SQLITE_OK) return fail(database.error(code, "open"));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kLockWaitMs);
  // Text in double quotes is a name, never a string; the schema may call no functions of the application.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  return database;
}

Status Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code, "change"));
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  COWHERD_ASSIGN(Statement statement, Statement::prepare(*this, sql));
  COWHERD_ASSIGN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql) {
  COWHERD_ASSIGN(Statement statement, Statement::prepare(*this, sql));
  COWHERD_ASSIGN(const bool row, statement.step());
  return row ? statement.text(0) : std::string();
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(get()); }
std::int64_t Database::changes() const { return sqlite3_changes64(get()); }

// --- Statement

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Statement> Statement::prepare(Database& database, std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(database.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  Statement statement(database, std::unique_ptr<sqlite3_stmt, Finalize>(raw));
  if (code != SQLITE_OK) return fail(database.error(code, "read"));
  return statement;
}

Statement& Statement::bind(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), ++bound_, value);
  if (code != SQLITE_OK && bind_failure_ == 0) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.data() != nullptr ? value.data() : "";
  const int code = sqlite3_bind_text64(statement_.get(), ++bound_, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK && bind_failure_ == 0) bind_failure_ = code;
  return *this;
}

Result<bool> Statement::step() {
  if (bind_failure_ != 0) return fail(database_->error(bind_failure_, "bind a value for"));
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(database_->error(code, sqlite3_stmt_readonly(statement_.get()) != 0 ? "read" : "change"));
}

Status Statement::run() {
  COWHERD_TRY(step());
  return {};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::text(int column) const {
  const unsigned char* found = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (found == nullptr) return {};
  return {reinterpret_cast<const char*>(found), static_cast<std::size_t>(size)};
}

// --- Transaction

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  COWHERD_TRY(database.execute(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(database);
}

// Failing to roll back leaves the transaction to the next statement, which reports it.
Transaction::~Transaction() {
  if (database_ != nullptr) sqlite3_exec(database_->get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status Transaction::commit() {
  COWHERD_TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace cowherd
