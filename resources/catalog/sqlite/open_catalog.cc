// SPDX-License-Identifier: Apache-2.0
// Opening the catalog's file: make it, check it, or put it aside.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "resources/catalog/sqlite/schema.h"
#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "resources/files/publish.h"
#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

Status sync_parent(const std::string& path) {
  COWHERD_ASSIGN(const UniqueFd directory, open_path(parent_of(path), O_RDONLY | O_DIRECTORY, "open"));
  if (::fsync(directory.get()) != 0) return fail(path_error(errno, "sync", parent_of(path)));
  return {};
}

// SQLite would make it readable by others. A file that exists is not opened here: closing any descriptor of it would
// drop the locks SQLite holds on it in this process (fcntl(2), "record locks").
Status make_file(const std::string& path) {
  const Result<UniqueFd> made = open_path(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY, "create catalog");
  if (!made && made.error().kind != ErrorKind::Busy) return fail(made.error());
  return made ? sync_parent(path) : Status{};
}

// SQLite says "unable to open" for all reasons alike.
Status check_readable(const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0) return fail(path_error(errno, "read catalog", path));
  return {};
}

Status check_content(Database& database, const std::string& path) {
  COWHERD_ASSIGN(const std::string answer, database.text("PRAGMA quick_check(1)"));
  if (answer == "ok") return {};
  return fail(ErrorKind::Corrupt, "check catalog '" + path + "': " + answer);
}

Status move_aside(const std::string& path, const std::string& aside) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string from = path + suffix;
    if (::rename(from.c_str(), (aside + suffix).c_str()) == 0 || errno == ENOENT) continue;
    return fail(path_error(errno, "rename '" + from + "' to", aside + suffix));
  }
  return sync_parent(path);
}

Result<std::unique_ptr<SqliteCatalog>> open_file(const std::string& path, DatabaseAccess access) {
  COWHERD_ASSIGN(Database database, Database::open(path, access));
  if (access == DatabaseAccess::ReadWrite) {
    COWHERD_ASSIGN(const std::string journal, database.text("PRAGMA journal_mode = WAL"));
    COWHERD_TRY(database.execute("PRAGMA synchronous = FULL"));
    COWHERD_TRY(database.execute("PRAGMA foreign_keys = ON"));
    COWHERD_TRY(migrate(database));
  } else {
    COWHERD_TRY(check_schema(database));
  }
  COWHERD_TRY(check_content(database, path));
  return std::make_unique<SqliteCatalog>(std::move(database));
}

}  // namespace

Result<OpenedCatalog> SqliteCatalog::open(const std::string& path, DatabaseAccess access, Moment now) {
  OpenedCatalog opened;
  COWHERD_TRY(access == DatabaseAccess::ReadWrite ? make_file(path) : check_readable(path));
  Result<std::unique_ptr<SqliteCatalog>> first = open_file(path, access);
  if (first) {
    opened.catalog = *std::move(first);
    return opened;
  }
  if (access == DatabaseAccess::ReadOnly || first.error().kind != ErrorKind::Corrupt) return fail(first.error());
  opened.moved_aside = path + ".broken-" + print_moment(now);
  opened.reason = to_string(first.error());
  COWHERD_TRY(move_aside(path, opened.moved_aside).in("putting a broken catalog aside"));
  COWHERD_TRY(make_file(path));
  COWHERD_ASSIGN(opened.catalog, open_file(path, access));
  return opened;
}

}  // namespace cowherd
