// SPDX-License-Identifier: Apache-2.0
// The catalog as a few containers. Owned by the test's world, it survives a simulated death: every call is durable when
// it returns, as the real one's is.
#pragma once

#include "resources/catalog/catalog.h"
#include "resources/catalog/catalog_index.h"
#include "tests/fakes/faults.h"

namespace cowherd::testing {

class MemoryCatalog final : public Catalog, public CatalogIndex {
 public:
  explicit MemoryCatalog(Faults& faults) : faults_(faults) {}

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

  // --- the test's hand, no host calls
  const CatalogMemory& peek() const { return memory_; }
  std::vector<Event> peek_events() const;
  // The file was lost: history goes, nothing else.
  void lose();

 private:
  struct Numbered {
    std::int64_t id = 0;
    Event event{};
  };

  Faults& faults_;
  CatalogMemory memory_{};
  std::vector<IndexedBase> bases_{};
  bool is_rebuilt_ = false;
  std::vector<Numbered> events_{};  // oldest id first
  std::int64_t last_intent_ = 0;
  std::int64_t last_event_ = 0;
};

}  // namespace cowherd::testing
