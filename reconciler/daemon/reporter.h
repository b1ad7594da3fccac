// SPDX-License-Identifier: Apache-2.0
// Tells what changed: one log line and one event per change of the world, nothing when nothing changed. Keeps in the
// catalog what status needs: generations, and since when conditions hold.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "reconciler/daemon/status.h"
#include "reconciler/execute/executor.h"
#include "resources/catalog/catalog_index.h"

namespace cowherd {

class Reporter {
 public:
  // Without an index none is kept.
  Reporter(Catalog& catalog, Clock& clock, CatalogIndex* index = nullptr) : catalog_(catalog), clock_(clock), index_(index) {}

  void report(const Picture& picture, const std::vector<ObjectStatus>& statuses);
  void report(const Outcome& outcome);

 private:
  void report_conditions(const Picture& picture, const ObjectStatus& status);
  void end_conditions(const Picture& picture, const ObjectStatus& status);
  void report_notices(const Picture& picture);
  void report_source(const Picture& picture, const SourceStatus& source);
  // True when it is not what is remembered.
  bool has_changed(const Picture& picture, const std::string& key, const std::string& status, const std::string& reason);
  void index_bases(const Picture& picture);
  void remember_generation(const Picture& picture, const ObjectStatus& status);
  void remember_capture(const Picture& picture, const ObjectStatus& status);
  void forget_vanished(const Picture& picture, const std::vector<ObjectStatus>& statuses);
  void event(const std::string& object, EventType type, const std::string& reason, const std::string& message);

  Catalog& catalog_;
  Clock& clock_;
  CatalogIndex* index_;
  std::optional<std::vector<IndexedBase>> indexed_{};  // as last written
  std::set<std::string> told_{};  // texts of the source and notes said in the last pass
};

}  // namespace cowherd
