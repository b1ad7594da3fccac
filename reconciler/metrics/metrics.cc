// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <mutex>
#include <utility>

#include "reconciler/metrics/host_gauges.h"
#include "reconciler/metrics/object_gauges.h"
#include "reconciler/metrics/process_gauges.h"
#include "reconciler/metrics/source_gauges.h"
#include "reconciler/metrics/tallies.h"

namespace cowherd {

namespace {

void append(Families& all, Families more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Families api_gauges(const ApiLoad& load) {
  return {Gauges("cowherd_api_connections", "Connections that the API has.").add(number_of(load.connections)).take(),
          Gauges("cowherd_api_watchers", "Clients that watch objects.").add(number_of(load.watchers)).take(),
          Gauges("cowherd_api_watch_lag_changes", "Changes that the slowest watcher has not been sent yet.")
              .add(static_cast<double>(load.watch_lag)).take()};
}

}  // namespace

struct Metrics::Parts {
  Parts(const MetricsSettings& given, MeasureTrash measure) : settings(given), trash(std::move(measure)) {
    tallies.show_settings(settings.version, settings.resync);
  }

  MetricsSettings settings;
  Tallies tallies{};
  TrashSizes trash;
  mutable std::mutex mutex{};  // of the pointer, not of what it points to
  std::shared_ptr<const Families> seen = std::make_shared<const Families>();  // shared by the last look and who reads it
};

Metrics::Metrics(const MetricsSettings& settings, MeasureTrash measure)
    : parts_(std::make_unique<Parts>(settings, std::move(measure))) {}

Metrics::~Metrics() = default;

void Metrics::count(const Outcome& outcome) {
  parts_->tallies.count(outcome);
  if (outcome.verb == PurgeTrash::kVerb && outcome.kind == OutcomeKind::Done) parts_->trash.note_purge(outcome.object);
}

void Metrics::count(const Wake& wake) { parts_->tallies.count(wake); }

void Metrics::show(const std::map<Lane, LaneLoad>& load) { parts_->tallies.show(load); }

void Metrics::count_pass(const Picture& picture, const std::vector<ObjectStatus>& statuses, Moment now) {
  parts_->tallies.count_pass(picture.took, now);
  if (picture.declared.complete && picture.walk.lineage.is_complete()) parts_->tallies.count_complete_look(picture.now);
  const TrashSizes::Change change = parts_->trash.look(picture.seen.store.trash);
  parts_->tallies.count_trash(change.came, change.purged);
  auto seen = std::make_shared<Families>(object_gauges(picture, statuses));
  append(*seen, host_gauges(picture, parts_->settings.limits, parts_->trash.all()));
  append(*seen, source_gauges(picture.declared));
  const std::lock_guard<std::mutex> guard(parts_->mutex);
  parts_->seen = std::move(seen);
}

void Metrics::count_answer(int code) { parts_->tallies.count_answer(code); }

void Metrics::count(HookAnswer answer) { parts_->tallies.count(answer); }

std::string Metrics::text(const ApiLoad& load) const {
  const prometheus::TextSerializer serializer;
  std::string text = serializer.Serialize(parts_->tallies.collect());
  text += serializer.Serialize(api_gauges(load)) + serializer.Serialize(process_gauges());
  const std::shared_ptr<const Families> seen = [&] {
    const std::lock_guard<std::mutex> guard(parts_->mutex);
    return parts_->seen;
  }();
  return text + serializer.Serialize(*seen);
}

}  // namespace cowherd
