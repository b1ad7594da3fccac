// SPDX-License-Identifier: Apache-2.0
// The catalog in one SQLite file: WAL with synchronous=FULL, so that a change is durable when its call returns and
// readers never wait for the writer. Contract: tests/contract/catalog_contract.h.
#pragma once

#include <memory>
#include <mutex>

#include "resources/catalog/catalog.h"
#include "resources/catalog/catalog_index.h"
#include "resources/catalog/sqlite/sqlite_handles.h"

namespace cowherd {

struct OpenedCatalog;

class SqliteCatalog final : public Catalog, public CatalogIndex {
 public:
  // ReadWrite makes the file when it is missing (0600). One that is damaged or no catalog is only memory: it is moved
  // aside as "<path>.broken-<time>" and a fresh one is made. ReadOnly touches nothing: NotFound when there is none yet
  // (an empty memory will do), Corrupt when it is damaged. Invalid in both: made by a newer cowherd.
  static Result<OpenedCatalog> open(const std::string& path, DatabaseAccess access, Moment now);
  // For open(): a database that has this version's tables.
  explicit SqliteCatalog(Database database) : database_(std::move(database)) {}

  Result<CatalogMemory> recall() override;
  Result<std::int64_t> begin_intent(const Intent& intent) override;
  Status finish_intent(std::int64_t id, OutcomeKind outcome, Moment at, const std::string& error) override;
  Status set_attempts(const std::string& key, const Attempts& attempts) override;
  Status clear_attempts(const std::string& key) override;
  Status set_generation(const std::string& object, const SpecGeneration& generation) override;
  Status set_condition(const std::string& key, const ConditionMemory& condition) override;
  Status set_capture(const std::string& object, const CaptureMemory& capture) override;
  Status add_event(const Event& event) override;
  Result<std::vector<Event>> events(const std::string& object, int most) override;
  Status forget(const std::string& object) override;

  Status set_bases(const std::vector<IndexedBase>& bases) override;
  Result<std::vector<IndexedBase>> bases() override;
  Result<bool> is_rebuilt() override;
  Status mark_rebuilt() override;

 private:
  std::mutex mutex_{};
  Database database_;
};

struct OpenedCatalog {
  std::unique_ptr<SqliteCatalog> catalog{};
  std::string moved_aside{};  // where a broken file went; empty when there was none
  std::string reason{};       // why it was taken for broken
};

}  // namespace cowherd
