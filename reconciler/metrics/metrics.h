// SPDX-License-Identifier: Apache-2.0
// What the daemon measures of itself and its host, as Prometheus reads it (text format 0.0.4). What adds up is counted as it
// happens; what a look saw is made into gauges once, as one immutable set. The loop's thread fills, the server's thread
// reads, and neither waits for the other. Everything is kept in memory and begins at 0 with the process.
//
// This folder alone knows prometheus-cpp (1.0.1): its registry and its text, not its server.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reconciler/daemon/loop.h"
#include "reconciler/daemon/status.h"
#include "reconciler/execute/executor.h"
#include "reconciler/metrics/trash_sizes.h"

namespace cowherd {

struct MetricsSettings {
  std::string version{};
  Limits limits{};
  Span resync{};
};

// Of the API, at the time of a scrape.
struct ApiLoad {
  std::size_t connections = 0;
  std::size_t watchers = 0;
  std::uint64_t watch_lag = 0;  // changes that the slowest watcher has not been sent
};

// What became of a webhook of a source that has a secret.
enum class HookAnswer {
  Accepted,
  Refused,   // not signed with the secret, or too long
  Unusable,  // the secret's file cannot be used
};

class Metrics {
 public:
  Metrics(const MetricsSettings& settings, MeasureTrash measure);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // --- by the loop's thread
  void count(const Outcome& outcome);
  void count(const Wake& wake);
  void show(const std::map<Lane, LaneLoad>& load);
  // A pass that ended now.
  void count_pass(const Picture& picture, const std::vector<ObjectStatus>& statuses, Moment now);

  // --- by the server's thread
  void count_answer(int code);
  void count(HookAnswer answer);
  std::string text(const ApiLoad& load) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cowherd
