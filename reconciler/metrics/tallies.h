// SPDX-License-Identifier: Apache-2.0
// What adds up: counters and histograms, and the few gauges that change between two looks. All series are there from the
// start with 0, so that a rate sees the first of each. Safe from any thread; nothing waits for longer than one histogram
// takes to be copied.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>

#include "reconciler/daemon/loop.h"
#include "reconciler/daemon/pass_times.h"
#include "reconciler/execute/executor.h"
#include "reconciler/metrics/gauges.h"
#include "reconciler/metrics/metrics.h"

namespace cowherd {

class Tallies {
 public:
  Tallies();

  void count(const Outcome& outcome);
  void count(const Wake& wake);
  void count_pass(const PassTimes& took, Moment ended);
  // begun: of a look that saw everything.
  void count_complete_look(Moment begun);
  void count_answer(int code);
  void count(HookAnswer answer);
  void count_trash(Bytes came, Bytes purged);
  void show(const std::map<Lane, LaneLoad>& load);
  void show_settings(const std::string& version, Span resync);

  Families collect() const { return registry_.Collect(); }

 private:
  struct LaneGauges {
    prometheus::Gauge* running = nullptr;  // of the registry, as all that follow
    prometheus::Gauge* overdue = nullptr;
    prometheus::Gauge* waiting = nullptr;
  };
  prometheus::Counter& counter(const std::string& name, const std::string& help);
  prometheus::Gauge& gauge(const std::string& name, const std::string& help);
  prometheus::Histogram& histogram(const std::string& name, const std::string& help,
                                   const prometheus::Histogram::BucketBoundaries& buckets);
  void register_steps();
  void register_parts();
  void register_lanes();
  void register_wakes();
  void register_answers();
  void register_hooks();

  prometheus::Registry registry_{};
  prometheus::Histogram& passes_;
  prometheus::Histogram& freezes_;
  prometheus::Histogram& lag_;
  prometheus::Counter& complete_looks_;
  prometheus::Counter& trashed_;
  prometheus::Counter& purged_;
  prometheus::Gauge& last_pass_;
  prometheus::Gauge& last_complete_look_;
  std::map<std::string, prometheus::Histogram*> parts_{};
  std::map<std::string, prometheus::Histogram*> durations_{};                                // by verb
  std::map<std::pair<std::string, OutcomeKind>, prometheus::Counter*> outcomes_{};           // by verb
  std::map<Lane, LaneGauges> lanes_{};
  std::map<WakeCause, prometheus::Counter*> wakes_{};
  prometheus::Family<prometheus::Counter>* answers_ = nullptr;
  std::map<HookAnswer, prometheus::Counter*> hooks_{};
};

}  // namespace cowherd
