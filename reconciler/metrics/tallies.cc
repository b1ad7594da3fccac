// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/tallies.h"

#include <algorithm>
#include <array>
#include <variant>


namespace cowherd {

namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kPassBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
const Buckets kPartBuckets{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};
const Buckets kStepBuckets{0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600};
const Buckets kFreezeBuckets{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10};
const Buckets kLagBuckets{0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60, 300};

constexpr std::array kOutcomes{OutcomeKind::Done, OutcomeKind::AlreadySo, OutcomeKind::Stale, OutcomeKind::HeldBack,
                               OutcomeKind::Failed};
constexpr std::array<std::pair<Lane, const char*>, 5> kLanes{
    {{Lane::Quick, "quick"}, {Lane::Boot, "boot"}, {Lane::Stop, "stop"}, {Lane::Copy, "copy"}, {Lane::Import, "import"}}};
constexpr std::array<std::pair<WakeCause, const char*>, 6> kCauses{{{WakeCause::Time, "time"},
                                                                    {WakeCause::Signal, "signal"},
                                                                    {WakeCause::Manifests, "manifests"},
                                                                    {WakeCause::Machine, "machine"},
                                                                    {WakeCause::Approval, "approval"},
                                                                    {WakeCause::Step, "step"}}};
constexpr std::array kParts{"load", "look", "plan", "execute", "report"};
constexpr std::array kCodes{200, 202, 400, 401, 403, 404, 405, 409, 410, 413, 429, 500, 503};

constexpr std::array<std::pair<HookAnswer, const char*>, 3> kHookAnswers{
    {{HookAnswer::Accepted, "accepted"}, {HookAnswer::Refused, "refused"}, {HookAnswer::Unusable, "unusable"}}};

template <class... Actions>
std::vector<std::string> verbs_of(const std::variant<Actions...>*) {
  return {std::string(Actions::kVerb)...};
}

std::string label_of(OutcomeKind kind) {
  std::string text(to_string(kind));
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

}  // namespace

prometheus::Counter& Tallies::counter(const std::string& name, const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add({});
}

prometheus::Gauge& Tallies::gauge(const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add({});
}

prometheus::Histogram& Tallies::histogram(const std::string& name, const std::string& help, const Buckets& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add({}, buckets);
}

Tallies::Tallies()
    : passes_(histogram("cowherd_pass_duration_seconds", "How long passes took: manifests, look, plan, beginning of steps, report.", kPassBuckets)),
      freezes_(histogram("cowherd_capture_freeze_seconds", "How long guests stood still while they were captured.", kFreezeBuckets)),
      lag_(histogram("cowherd_loop_lag_seconds", "How much later than planned the loop woke, where time alone woke it.", kLagBuckets)),
      complete_looks_(counter("cowherd_complete_looks_total", "Looks that saw everything: manifests, directories, lineage.")),
      trashed_(counter("cowherd_trashed_bytes_total", "What was moved to trash, as purging it would give back.")),
      purged_(counter("cowherd_purged_bytes_total", "What was removed from trash for good.")),
      last_pass_(gauge("cowherd_last_pass_timestamp_seconds", "When the last pass ended; 0 before the first.")),
      last_complete_look_(gauge("cowherd_last_complete_look_timestamp_seconds",
                                "When the last look began that saw everything; 0 before the first.")) {
  register_parts();
  register_steps();
  register_lanes();
  register_wakes();
  register_answers();
  register_hooks();
}

void Tallies::register_parts() {
  auto& parts = prometheus::BuildHistogram().Name("cowherd_pass_part_duration_seconds").Help("How long the parts of passes took.").Register(registry_);
  for (const char* part : kParts) parts_[part] = &parts.Add({{"part", part}}, kPartBuckets);
}

void Tallies::register_steps() {
  auto& steps = prometheus::BuildCounter().Name("cowherd_steps_total").Help("Steps that ended, by verb and outcome.").Register(registry_);
  auto& durations = prometheus::BuildHistogram().Name("cowherd_step_duration_seconds").Help("How long steps took, by verb.").Register(registry_);
  for (const std::string& verb : verbs_of(static_cast<decltype(Action::what)*>(nullptr))) {
    durations_[verb] = &durations.Add({{"verb", verb}}, kStepBuckets);
    for (const OutcomeKind kind : kOutcomes) {
      outcomes_[{verb, kind}] = &steps.Add({{"verb", verb}, {"outcome", label_of(kind)}});
    }
  }
}

void Tallies::register_lanes() {
  auto& running = prometheus::BuildGauge().Name("cowherd_steps_in_flight").Help("Steps being carried out, by lane.").Register(registry_);
  auto& overdue = prometheus::BuildGauge().Name("cowherd_steps_overdue").Help("Of those, steps past their deadline.").Register(registry_);
  auto& waiting = prometheus::BuildGauge().Name("cowherd_steps_waiting").Help("Planned steps that have not begun, by lane.").Register(registry_);
  for (const auto& [lane, name] : kLanes) {
    const prometheus::Labels labels{{"lane", name}};
    lanes_[lane] = {&running.Add(labels), &overdue.Add(labels), &waiting.Add(labels)};
  }
}

void Tallies::register_wakes() {
  auto& wakes = prometheus::BuildCounter().Name("cowherd_loop_wakeups_total").Help("What ended the sleeps of the loop.").Register(registry_);
  for (const auto& [cause, name] : kCauses) wakes_[cause] = &wakes.Add({{"cause", name}});
}

void Tallies::register_answers() {
  answers_ = &prometheus::BuildCounter().Name("cowherd_api_requests_total").Help("Requests that the API answered, by status code.").Register(registry_);
  for (const int code : kCodes) answers_->Add({{"code", std::to_string(code)}});
}

void Tallies::register_hooks() {
  auto& hooks = prometheus::BuildCounter().Name("cowherd_source_webhooks_total").Help("Webhooks of sources that came, by what became of them.").Register(registry_);
  for (const auto& [answer, name] : kHookAnswers) hooks_[answer] = &hooks.Add({{"answer", name}});
}

void Tallies::count(const Outcome& outcome) {
  if (const auto found = outcomes_.find({outcome.verb, outcome.kind}); found != outcomes_.end()) found->second->Increment();
  if (const auto found = durations_.find(outcome.verb); found != durations_.end()) {
    found->second->Observe(std::max(0.0, seconds_of(outcome.ended - outcome.begun)));
  }
  if (outcome.frozen) freezes_.Observe(seconds_of(*outcome.frozen));
}

void Tallies::count(const Wake& wake) {
  for (const WakeCause cause : wake.causes) wakes_.at(cause)->Increment();
  if (wake.late) lag_.Observe(seconds_of(*wake.late));
}

void Tallies::count_pass(const PassTimes& took, Moment ended) {
  passes_.Observe(took.whole().count());
  parts_.at("load")->Observe(took.load.count());
  parts_.at("look")->Observe(took.look.count());
  parts_.at("plan")->Observe(took.plan.count());
  parts_.at("execute")->Observe(took.execute.count());
  parts_.at("report")->Observe(took.report.count());
  last_pass_.Set(seconds_of(ended));
}

void Tallies::count_complete_look(Moment begun) {
  complete_looks_.Increment();
  last_complete_look_.Set(seconds_of(begun));
}

void Tallies::count_answer(int code) { answers_->Add({{"code", std::to_string(code)}}).Increment(); }

void Tallies::count(HookAnswer answer) { hooks_.at(answer)->Increment(); }

void Tallies::count_trash(Bytes came, Bytes purged) {
  trashed_.Increment(number_of(came));
  purged_.Increment(number_of(purged));
}

void Tallies::show(const std::map<Lane, LaneLoad>& load) {
  for (const auto& [lane, counts] : load) {
    const LaneGauges& gauges = lanes_.at(lane);
    gauges.running->Set(number_of(counts.running));
    gauges.overdue->Set(number_of(counts.overdue));
    gauges.waiting->Set(number_of(counts.waiting));
  }
}

void Tallies::show_settings(const std::string& version, Span resync) {
  prometheus::BuildGauge().Name("cowherd_build_info").Help("1; the version of the program.").Register(registry_).Add({{"version", version}}).Set(1);
  gauge("cowherd_resync_seconds", "resync: the longest time between two looks.").Set(seconds_of(resync));
}

}  // namespace cowherd
