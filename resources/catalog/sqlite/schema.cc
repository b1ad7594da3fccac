// SPDX-License-Identifier: Apache-2.0
#include "resources/catalog/sqlite/schema.h"

namespace cowherd {

namespace {

constexpr std::int64_t kVersion = static_cast<std::int64_t>(kSchemaSteps.size());

Status check_owner(Database& database) {
  COWHERD_ASSIGN(const std::int64_t owner, database.integer("PRAGMA application_id"));
  COWHERD_ASSIGN(const std::int64_t tables, database.integer("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0 || owner == kCatalogApplicationId) return {};
  return fail(ErrorKind::Corrupt, "open catalog: it is a database of another program");
}

Result<std::int64_t> version_of(Database& database) {
  COWHERD_TRY(check_owner(database));
  COWHERD_ASSIGN(const std::int64_t version, database.integer("PRAGMA user_version"));
  if (version <= kVersion && version >= 0) return version;
  return fail(ErrorKind::Invalid,
              "open catalog: its schema version is " + std::to_string(version) + ", this cowherd knows " +
                  std::to_string(kVersion),
              "a newer cowherd made it: use that version, or move catalog.db away (history is lost, data is not)");
}

}  // namespace

Status migrate(Database& database) {
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::Write));
  COWHERD_ASSIGN(const std::int64_t version, version_of(database));
  if (version == kVersion) return {};
  for (std::size_t step = static_cast<std::size_t>(version); step < kSchemaSteps.size(); ++step) {
    COWHERD_TRY(database.execute(kSchemaSteps[step]));
  }
  COWHERD_TRY(database.execute("PRAGMA application_id = " + std::to_string(kCatalogApplicationId)));
  COWHERD_TRY(database.execute("PRAGMA user_version = " + std::to_string(kVersion)));
  return transaction.commit();
}

Status check_schema(Database& database) {
  COWHERD_ASSIGN(const std::int64_t version, version_of(database));
  if (version == kVersion) return {};
  return fail(ErrorKind::NotFound, "open catalog: nothing has been written in it by this version yet");
}

}  // namespace cowherd
