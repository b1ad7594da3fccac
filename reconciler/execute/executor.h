// SPDX-License-Identifier: Apache-2.0
// Carries plans out: precondition, intent, apply, verify, outcome. Steps whose predecessors are done run side by side,
// one per object it works on, bounded lane by lane. Long work never stalls the loop: a newer plan replaces what has not begun, and
// what is in flight goes on. A step past its deadline is abandoned: its object stays in flight until the call returns,
// its lane is freed.
//
// Used from one thread; only the steps themselves run on workers.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "reconciler/execute/workers.h"
#include "reconciler/plan/plan.h"
#include "resources/catalog/catalog.h"

namespace cowherd {

struct LaneLimits {
  int quick = 4;
  int boot = 2;
  int stop = 8;
  int copy = 2;
  int import = 1;
};

struct Outcome {
  std::string object{};
  std::string verb{};
  std::string description{};
  std::string reason{};
  OutcomeKind kind = OutcomeKind::Done;
  std::optional<Error> error{};
  Moment begun{};
  Moment ended{};
  std::string details{};  // what the step told of its parts
  std::int64_t plan = 0;  // which one of this process it belongs to, counted from 1
  std::optional<Span> frozen{};  // how long a guest stood still for it
};

// How many steps there are of a lane.
struct LaneLoad {
  std::size_t running = 0;
  std::size_t overdue = 0;  // of those that run
  std::size_t waiting = 0;  // planned and not begun
};

// A step being carried out, for status and progress bars.
struct Running {
  std::string object{};
  std::string verb{};
  std::string description{};
  Moment begun{};
  bool overdue = false;
  Bytes done{};
  Bytes total{};  // 0: no measure
};

class Executor {
 public:
  // notify is called from workers when a step ended; it must be quick and safe from any thread.
  Executor(Host host, Catalog& catalog, Workers& workers, LaneLimits limits, std::function<void()> notify);

  // Replaces all that has not begun.
  void adopt(Plan plan);
  // Starts what can start now.
  void pump();
  // What ended since the last call, recorded in the catalog.
  std::vector<Outcome> collect();

  std::set<std::string> in_flight() const;
  std::vector<Running> running() const;
  // Of every lane.
  std::map<Lane, LaneLoad> load() const;
  // Nothing in flight, and nothing that could start.
  bool is_idle() const;
  // Nothing can start until something in flight ends (or nothing is left).
  bool is_waiting() const;
  // Asks long steps to stop soon; used when the daemon ends.
  void request_stop();

 private:
  struct Progress {
    std::atomic<std::uint64_t> done{0};
    std::atomic<std::uint64_t> total{0};
  };
  struct Ended {
    std::int64_t ticket = 0;
    Result<Effect> result = Effect::Unchanged;
    Moment at{};
    std::string details{};
    std::optional<Span> frozen{};
  };
  // Shared by the executor and its workers: an abandoned worker may outlive the executor.
  struct Mailbox {
    std::mutex mutex{};
    std::vector<Ended> ended{};
  };
  struct Flight {
    std::int64_t ticket = 0;
    std::int64_t intent = 0;
    std::int64_t plan_serial = 0;
    std::size_t step = 0;
    Step what{};
    std::string generation{};
    Moment begun{};
    std::stop_source stop{};
    std::shared_ptr<Progress> progress{};  // shared with the worker, for the same reason as the mailbox
  };
  enum class StepState { Waiting, Begun, Done, Dropped };

  bool may_start(std::size_t step) const;
  void start(std::size_t step);
  void launch(Flight& flight);
  int flying_in(Lane lane) const;
  bool is_overdue(const Flight& flight) const;
  Outcome finish(const Flight& flight, const Ended& ended);
  void record(const Flight& flight, const Outcome& outcome);
  void settle_step(const Flight& flight, OutcomeKind kind);
  void drop_object(const std::string& object);
  void spread_drops();

  Host host_;
  Catalog& catalog_;
  Workers& workers_;
  LaneLimits limits_;
  std::function<void()> notify_;
  std::shared_ptr<Mailbox> mailbox_;
  Plan plan_{};
  std::vector<StepState> states_{};
  std::int64_t plan_serial_ = 0;
  std::int64_t next_ticket_ = 1;
  std::list<Flight> flights_{};
  std::vector<Outcome> refused_{};  // steps that could not even be recorded; the next pass tells and tries again
};

}  // namespace cowherd
