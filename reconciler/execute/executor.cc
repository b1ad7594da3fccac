// SPDX-License-Identifier: Apache-2.0
#include "reconciler/execute/executor.h"

#include <algorithm>

#include "reconciler/actions/attempts_key.h"
#include "reconciler/desired/backoff.h"

namespace cowherd {

namespace {

Span deadline_of(const Step& step) {
  switch (lane_of(step.action)) {
    case Lane::Quick: return std::chrono::minutes{2};
    case Lane::Boot: return std::chrono::minutes{2};
    case Lane::Stop: {
      const auto* stop = std::get_if<StopMachine>(&step.action.what);
      return (stop != nullptr ? stop->grace : Span{}) + std::chrono::minutes{1};
    }
    case Lane::Copy: return std::chrono::hours{1};
    case Lane::Import: return std::chrono::hours{6};
  }
  return std::chrono::minutes{2};
}

constexpr std::int64_t kUnrecorded = 0;

OutcomeKind kind_of(const Result<Effect>& result) {
  if (result) return *result == Effect::Changed ? OutcomeKind::Done : OutcomeKind::AlreadySo;
  return result.error().kind == ErrorKind::Stale ? OutcomeKind::Stale : OutcomeKind::Failed;
}

// Taking away needs no memory of itself: it is repeatable, and it is the way out of a full disk.
bool may_go_unrecorded(const Action& action, const Error& error) {
  const char symbol = symbol_of(action);
  return error.kind == ErrorKind::Exhausted && (symbol == '-' || symbol == '!');
}

}  // namespace

Executor::Executor(Host host, Catalog& catalog, Workers& workers, LaneLimits limits, std::function<void()> notify)
    : host_(host),
      catalog_(catalog),
      workers_(workers),
      limits_(limits),
      notify_(std::move(notify)),
      mailbox_(std::make_shared<Mailbox>()) {}

void Executor::adopt(Plan plan) {
  plan_ = std::move(plan);
  ++plan_serial_;
  states_.assign(plan_.steps.size(), StepState::Waiting);
}

void Executor::pump() {
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    if (states_[i] == StepState::Waiting && may_start(i)) start(i);
  }
}

bool Executor::may_start(std::size_t step) const {
  const Step& wanted = plan_.steps[step];
  for (const std::size_t first : wanted.after) {
    if (states_[first] != StepState::Done) return false;
  }
  const std::set<std::string> busy = in_flight();
  for (const std::string& object : objects_of(wanted.action)) {
    if (busy.contains(object)) return false;
  }
  const Lane lane = lane_of(wanted.action);
  switch (lane) {
    case Lane::Quick: return flying_in(lane) < limits_.quick;
    case Lane::Boot: return flying_in(lane) < limits_.boot;
    case Lane::Stop: return flying_in(lane) < limits_.stop;
    case Lane::Copy: return flying_in(lane) < limits_.copy;
    case Lane::Import: return flying_in(lane) < limits_.import;
  }
  return false;
}

int Executor::flying_in(Lane lane) const {
  return static_cast<int>(std::count_if(flights_.begin(), flights_.end(), [&](const Flight& flight) {
    return lane_of(flight.what.action) == lane && !is_overdue(flight);
  }));
}

bool Executor::is_overdue(const Flight& flight) const {
  return host_.clock.now() - flight.begun > deadline_of(flight.what);
}

// The intent is durable before anything is done: a host whose memory cannot be written is not acted upon, except to
// make room on a full disk.
void Executor::start(std::size_t step) {
  states_[step] = StepState::Begun;
  Flight flight;
  flight.ticket = next_ticket_++;
  flight.plan_serial = plan_serial_;
  flight.step = step;
  flight.what = plan_.steps[step];
  flight.begun = host_.clock.now();
  flight.progress = std::make_shared<Progress>();
  const Action& action = flight.what.action;
  const auto generation = plan_.generations.find(object_of(action));
  if (generation != plan_.generations.end()) flight.generation = generation->second;
  auto intent =
      catalog_.begin_intent({0, object_of(action), std::string(verb_of(action)), describe(action), flight.begun});
  if (!intent && !may_go_unrecorded(action, intent.error())) {
    states_[step] = StepState::Dropped;
    spread_drops();
    refused_.push_back({object_of(action), std::string(verb_of(action)), describe(action), flight.what.reason,
                        OutcomeKind::HeldBack, std::move(intent.error()).in("recording the intent"), flight.begun,
                        flight.begun, "", plan_serial_});
    return;
  }
  flight.intent = intent.value_or(kUnrecorded);
  flights_.push_back(std::move(flight));
  launch(flights_.back());
}

void Executor::launch(Flight& flight) {
  const auto mailbox = mailbox_;
  const auto progress = flight.progress;
  BulkControl control;
  control.stop = flight.stop.get_token();
  control.progress = [progress](Bytes done, Bytes total) {
    progress->done = done.value;
    progress->total = total.value;
  };
  workers_.run([mailbox, control, action = flight.what.action, host = host_, ticket = flight.ticket,
                notify = notify_]() mutable {
    std::string details;
    control.tell = [&details](const std::string& text) { details += (details.empty() ? "" : "; ") + text; };
    std::optional<Span> frozen;
    control.tell_frozen = [&frozen](Span span) { frozen = span; };
    Ended ended{ticket, carry_out(action, host, control), host.clock.now(), {}, {}};
    ended.details = std::move(details);
    ended.frozen = frozen;
    {
      const std::lock_guard lock(mailbox->mutex);
      mailbox->ended.push_back(std::move(ended));
    }
    notify();
  });
}

std::vector<Outcome> Executor::collect() {
  std::vector<Ended> ended;
  {
    const std::lock_guard lock(mailbox_->mutex);
    ended.swap(mailbox_->ended);
  }
  std::vector<Outcome> outcomes = std::move(refused_);
  refused_.clear();
  for (const Ended& one : ended) {
    const auto flight = std::find_if(flights_.begin(), flights_.end(),
                                     [&](const Flight& candidate) { return candidate.ticket == one.ticket; });
    if (flight == flights_.end()) continue;
    const Flight done = *flight;
    flights_.erase(flight);
    outcomes.push_back(finish(done, one));
  }
  return outcomes;
}

Outcome Executor::finish(const Flight& flight, const Ended& ended) {
  const Action& action = flight.what.action;
  Outcome outcome{object_of(action), std::string(verb_of(action)), describe(action), flight.what.reason,
                  kind_of(ended.result), std::nullopt, flight.begun, ended.at, ended.details, flight.plan_serial, ended.frozen};
  if (!ended.result) outcome.error = ended.result.error();
  record(flight, outcome);
  settle_step(flight, outcome.kind);
  return outcome;
}

// A failure to record costs history, not correctness: the next look sees what was done.
void Executor::record(const Flight& flight, const Outcome& outcome) {
  const std::string error = outcome.error ? to_string(*outcome.error) : "";
  if (flight.intent != kUnrecorded) {
    (void)catalog_.finish_intent(flight.intent, outcome.kind, outcome.ended, error);
  }
  const std::string key = attempts_key(flight.what.action);
  if (outcome.kind == OutcomeKind::Done || outcome.kind == OutcomeKind::AlreadySo) {
    (void)catalog_.clear_attempts(key);
    return;
  }
  if (outcome.kind != OutcomeKind::Failed) return;
  Attempts attempts;
  if (const auto memory = catalog_.recall()) {
    const auto before = memory->attempts.find(key);
    if (before != memory->attempts.end() && before->second.generation == flight.generation) attempts = before->second;
  }
  ++attempts.failures;
  attempts.generation = flight.generation;
  attempts.last_error = error;
  attempts.last_hint = outcome.error->hint;
  attempts.reason = outcome.error->reason;
  attempts.next_try = outcome.ended + backoff_after(attempts.failures, key);
  (void)catalog_.set_attempts(key, attempts);
}

void Executor::settle_step(const Flight& flight, OutcomeKind kind) {
  if (flight.plan_serial != plan_serial_) {  // the newer plan was made while this was under way: it is out of date here
    for (const std::string& object : objects_of(flight.what.action)) drop_object(object);
    return;
  }
  const bool is_done = kind == OutcomeKind::Done || kind == OutcomeKind::AlreadySo;
  states_[flight.step] = is_done ? StepState::Done : StepState::Dropped;
  if (!is_done) spread_drops();
}

void Executor::drop_object(const std::string& object) {
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    if (states_[i] == StepState::Waiting && object_of(plan_.steps[i].action) == object) {
      states_[i] = StepState::Dropped;
    }
  }
  spread_drops();
}

// Edges point backwards, so one pass reaches everything that waits for a dropped step.
void Executor::spread_drops() {
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    if (states_[i] != StepState::Waiting) continue;
    const auto& after = plan_.steps[i].after;
    if (std::any_of(after.begin(), after.end(),
                    [&](std::size_t first) { return states_[first] == StepState::Dropped; })) {
      states_[i] = StepState::Dropped;
    }
  }
}

std::set<std::string> Executor::in_flight() const {
  std::set<std::string> objects;
  for (const Flight& flight : flights_) {
    for (std::string& object : objects_of(flight.what.action)) objects.insert(std::move(object));
  }
  return objects;
}

std::vector<Running> Executor::running() const {
  std::vector<Running> running;
  for (const Flight& flight : flights_) {
    const Action& action = flight.what.action;
    running.push_back({object_of(action), std::string(verb_of(action)), describe(action), flight.begun,
                       is_overdue(flight), Bytes{flight.progress->done}, Bytes{flight.progress->total}});
  }
  return running;
}

std::map<Lane, LaneLoad> Executor::load() const {
  std::map<Lane, LaneLoad> load{{Lane::Quick, {}}, {Lane::Boot, {}}, {Lane::Stop, {}}, {Lane::Copy, {}}, {Lane::Import, {}}};
  for (const Flight& flight : flights_) {
    LaneLoad& lane = load[lane_of(flight.what.action)];
    ++lane.running;
    if (is_overdue(flight)) ++lane.overdue;
  }
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == StepState::Waiting) ++load[lane_of(plan_.steps[i].action)].waiting;
  }
  return load;
}

bool Executor::is_waiting() const {
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    if (states_[i] == StepState::Waiting && may_start(i)) return false;
  }
  return true;
}

bool Executor::is_idle() const { return flights_.empty() && is_waiting(); }

void Executor::request_stop() {
  for (Flight& flight : flights_) flight.stop.request_stop();
}

}  // namespace cowherd
