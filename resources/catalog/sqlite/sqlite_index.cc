// SPDX-License-Identifier: Apache-2.0
// The index of bases: three tables tied by foreign keys, replaced as a whole.
#include <algorithm>
#include <map>
#include <set>

#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "resources/catalog/sqlite/statements.h"

namespace cowherd {

Status SqliteCatalog::set_bases(const std::vector<IndexedBase>& bases) {
  const std::lock_guard lock(mutex_);
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database_, Transaction::Kind::Write));
  COWHERD_TRY(run(database_, "DELETE FROM bases"));
  std::set<std::string> keys;
  for (const IndexedBase& base : bases) {
    COWHERD_TRY(run(database_, "INSERT INTO bases VALUES (?, ?, ?, ?)", base.key, base.id, base.kind, base.object));
    keys.insert(base.key);
  }
  for (const IndexedBase& base : bases) {
    for (const std::string& parent : base.parents) {
      if (!keys.contains(parent)) continue;
      COWHERD_TRY(run(database_, "INSERT OR IGNORE INTO base_parents VALUES (?, ?)", base.key, parent));
    }
    for (const std::string& object : base.dependants) {
      COWHERD_TRY(run(database_, "INSERT OR IGNORE INTO base_dependants VALUES (?, ?)", base.key, object));
    }
  }
  return transaction.commit();
}

Result<std::vector<IndexedBase>> SqliteCatalog::bases() {
  const std::lock_guard lock(mutex_);
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database_, Transaction::Kind::Read));
  std::map<std::string, IndexedBase> found;
  COWHERD_TRY(for_each(database_, "SELECT key, id, kind, object FROM bases", [&](const Statement& row) {
    found[row.text(0)] = {row.text(0), row.text(1), row.text(2), row.text(3), {}, {}};
  }));
  COWHERD_TRY(for_each(database_, "SELECT base, parent FROM base_parents ORDER BY base, parent", [&](const Statement& row) {
    found[row.text(0)].parents.push_back(row.text(1));
  }));
  COWHERD_TRY(for_each(database_, "SELECT base, object FROM base_dependants ORDER BY base, object", [&](const Statement& row) {
    found[row.text(0)].dependants.push_back(row.text(1));
  }));
  COWHERD_TRY(transaction.commit());
  std::vector<IndexedBase> bases;
  for (auto& [key, base] : found) bases.push_back(std::move(base));
  return bases;
}

Result<bool> SqliteCatalog::is_rebuilt() {
  const std::lock_guard lock(mutex_);
  COWHERD_ASSIGN(const std::int64_t marks, database_.integer("SELECT count(*) FROM marks WHERE name = 'rebuilt'"));
  return marks != 0;
}

Status SqliteCatalog::mark_rebuilt() {
  const std::lock_guard lock(mutex_);
  return run(database_, "INSERT OR IGNORE INTO marks VALUES ('rebuilt')");
}

}  // namespace cowherd
