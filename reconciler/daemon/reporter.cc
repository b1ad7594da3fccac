// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/reporter.h"

#include <spdlog/spdlog.h>

#include "reconciler/daemon/rebuild_catalog.h"
#include "reconciler/source/file_diagnostic.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

// "start-machine" -> "StartMachine"
std::string camel_case(const std::string& verb) {
  std::string text;
  bool upper = true;
  for (const char c : verb) {
    if (c == '-') {
      upper = true;
      continue;
    }
    text += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return text;
}

// One log line holds key=value pairs: a text with spaces stands in double quotes, escaped as in JSON.
std::string quoted(const std::string& text) { return print_json(Value(text), JsonStyle::Compact); }

// How long it took, where that is worth telling: the same quick step again is the same event again.
std::string duration_of(const Outcome& outcome) {
  const Span took = outcome.ended - outcome.begun;
  return took < std::chrono::seconds{1} ? "" : ", in " + print_age(took);
}

// kstatus (and SpaceTargetUnmet) are told in their own way, all others when they begin or cease to hold.
bool is_told_as_it_is(const Condition& condition, bool is_known) {
  const bool has_own_way = condition.type == "Ready" || condition.type == "Reconciling" || condition.type == "Stalled" ||
                           condition.type == kSpaceTargetUnmet;
  return !has_own_way && (is_known || condition.status == "True");
}

constexpr std::string_view kSourcePrefix = "Source/";

std::string source_object(const ResourceName& name) { return std::string(kSourcePrefix) + name.str(); }

bool is_source(const std::string& object) { return object.starts_with(kSourcePrefix); }

std::string object_in_key(const std::string& key) { return key.substr(0, key.find(' ')); }

}  // namespace

void Reporter::event(const std::string& object, EventType type, const std::string& reason,
                     const std::string& message) {
  const Moment now = clock_.now();
  if (auto added = catalog_.add_event({object, type, reason, message, now, now, 1}); !added) {
    spdlog::warn("object={} event lost, ignoring: {}", object, to_string(added.error()));
  }
}

void Reporter::report(const Outcome& outcome) {
  const auto took = (outcome.ended - outcome.begun).count();
  switch (outcome.kind) {
    case OutcomeKind::Done:
      spdlog::info("object={} step={} outcome=done took={}ms reason={}{} plan={}", outcome.object, outcome.verb, took,
                   quoted(outcome.reason), outcome.details.empty() ? "" : " details=" + quoted(outcome.details), outcome.plan);
      event(outcome.object, EventType::Normal, camel_case(outcome.verb),
            outcome.description + ": " + outcome.reason +
                (outcome.details.empty() ? "" : " (" + outcome.details + ")") + duration_of(outcome));
      return;
    case OutcomeKind::AlreadySo:
    case OutcomeKind::Stale:
      spdlog::debug("object={} step={} outcome={} plan={}", outcome.object, outcome.verb, to_string(outcome.kind), outcome.plan);
      return;
    case OutcomeKind::HeldBack:
    case OutcomeKind::Failed: {
      const std::string error = outcome.error ? to_string(*outcome.error) : "";
      spdlog::error("object={} step={} outcome={} took={}ms error={} plan={}", outcome.object, outcome.verb,
                    to_string(outcome.kind), took, quoted(error), outcome.plan);
      event(outcome.object, EventType::Warning, camel_case(outcome.verb) + "Failed", error);
      return;
    }
  }
}

void Reporter::report(const Picture& picture, const std::vector<ObjectStatus>& statuses) {
  report_notices(picture);
  for (const SourceStatus& source : picture.declared.sources) report_source(picture, source);
  for (const ObjectStatus& status : statuses) {
    remember_generation(picture, status);
    remember_capture(picture, status);
    report_conditions(picture, status);
    end_conditions(picture, status);
  }
  forget_vanished(picture, statuses);
  index_bases(picture);
}

void Reporter::index_bases(const Picture& picture) {
  if (index_ == nullptr) return;
  const Lineage& lineage = picture.walk.lineage;
  if (!lineage.is_complete()) return;  // what could not be read has not gone
  std::vector<IndexedBase> bases = index_of(lineage, picture.seen.store);
  if (indexed_ == bases) return;
  if (const Status written = index_->set_bases(bases); !written) {
    spdlog::warn("index of bases not recorded, ignoring: {}", to_string(written.error()));
    return;
  }
  indexed_ = std::move(bases);
}

void Reporter::report_notices(const Picture& picture) {
  std::set<std::string> telling;
  for (const Diagnostic& diagnostic : picture.declared.diagnostics) {
    telling.insert(in_one_line(diagnostic));
  }
  for (const std::string& note : picture.plan.notes) telling.insert(note);
  for (const std::string& text : telling) {
    if (told_.contains(text)) continue;
    spdlog::warn("{}", text);
    event("Daemon", EventType::Warning, "Notice", text);
  }
  told_ = std::move(telling);
}

bool Reporter::has_changed(const Picture& picture, const std::string& key, const std::string& status, const std::string& reason) {
  const auto known = picture.memory.conditions.find(key);
  if (known != picture.memory.conditions.end() && known->second.status == status && known->second.reason == reason) return false;
  if (const Status stored = catalog_.set_condition(key, {status, reason, picture.now}); !stored) {
    spdlog::warn("object={} condition not recorded, ignoring: {}", object_in_key(key), to_string(stored.error()));
  }
  return true;
}

void Reporter::report_source(const Picture& picture, const SourceStatus& source) {
  const std::string object = source_object(source.name);
  if (!source.revision.empty() && has_changed(picture, object + " Revision", "True", source.revision)) {
    spdlog::info("object={} revision={} objects={}", object, source.revision, source.objects);
    event(object, EventType::Normal, "RevisionInForce",
          "commit " + source.revision + " of " + source.place + " is in force; objects: " + std::to_string(source.objects));
  }
  if (has_changed(picture, object + " Pinned", source.pinned ? "True" : "False", "") && source.pinned) {
    event(object, EventType::Normal, "Pinned", source.message);
  }
  const bool is_asked_first = !source.ready && !source.polled && source.revision.empty();
  if (is_asked_first || !has_changed(picture, object + " Ready", source.ready ? "True" : "False", source.reason)) return;
  spdlog::log(source.ready ? spdlog::level::info : spdlog::level::warn, "object={} ready={} reason={} message={}", object,
              source.ready, source.ready ? "Ready" : source.reason, quoted(source.message));
  event(object, source.ready ? EventType::Normal : EventType::Warning, source.ready ? "Ready" : source.reason,
        source.ready ? source.place + " is followed" : source.message);
}

void Reporter::remember_generation(const Picture& picture, const ObjectStatus& status) {
  if (!status.declared || status.name.kind == Kind::Sandbox) return;
  const std::string object = to_string(status.name);
  const SpecGeneration generation = generation_of(picture.memory, object, status.spec_hash);
  const auto known = picture.memory.generations.find(object);
  if (known != picture.memory.generations.end() && known->second == generation) return;
  if (auto stored = catalog_.set_generation(object, generation); !stored) {
    spdlog::warn("object={} generation not recorded, ignoring: {}", object, to_string(stored.error()));
  }
}

// A declared snapshot that is there: from now on its absence is a loss.
void Reporter::remember_capture(const Picture& picture, const ObjectStatus& status) {
  const auto wanted = picture.wanted.snapshots.find(status.name.name);
  if (status.name.kind != Kind::Snapshot || !status.declared || wanted == picture.wanted.snapshots.end()) return;
  if (!wanted->second.present) return;
  const std::string object = to_string(status.name);
  const SnapshotIdentity& present = *wanted->second.present;
  const CaptureMemory capture{capture_hash(present.spec).str(), present.captured};
  const auto known = picture.memory.captures.find(object);
  if (known != picture.memory.captures.end() && known->second == capture) return;
  if (auto stored = catalog_.set_capture(object, capture); !stored) {
    spdlog::warn("object={} capture not recorded, ignoring: {}", object, to_string(stored.error()));
  }
}

// One that is not told any more has ended: should it come back, it began then.
void Reporter::end_conditions(const Picture& picture, const ObjectStatus& status) {
  const std::string object = to_string(status.name);
  const std::string prefix = object + " ";
  const auto& conditions = picture.memory.conditions;
  for (auto known = conditions.lower_bound(prefix); known != conditions.end() && known->first.starts_with(prefix); ++known) {
    const std::string type = known->first.substr(prefix.size());
    if (known->second.status != "True" || condition_of(status, type) != nullptr) continue;
    if (auto stored = catalog_.set_condition(known->first, {"False", "Ended", picture.now}); !stored) {
      spdlog::warn("object={} condition not recorded, ignoring: {}", object, to_string(stored.error()));
      continue;
    }
    event(object, EventType::Normal, type, "False, Ended: it does not hold any more");
  }
}

void Reporter::report_conditions(const Picture& picture, const ObjectStatus& status) {
  const std::string object = to_string(status.name);
  for (const Condition& condition : status.conditions) {
    const std::string key = object + " " + condition.type;
    const auto known = picture.memory.conditions.find(key);
    const bool same = known != picture.memory.conditions.end() && known->second.status == condition.status &&
                      known->second.reason == condition.reason;
    if (same) continue;
    if (auto stored = catalog_.set_condition(
            key, {condition.status, condition.reason, condition.since.value_or(picture.now)});
        !stored) {
      spdlog::warn("object={} condition not recorded, ignoring: {}", object, to_string(stored.error()));
      continue;
    }
    const bool is_unmet = condition.type == kSpaceTargetUnmet && condition.status == "True";
    if (is_unmet) event(object, EventType::Warning, condition.type, condition.message);
    const bool has_flipped = known == picture.memory.conditions.end() || known->second.status != condition.status;
    if (has_flipped && is_told_as_it_is(condition, known != picture.memory.conditions.end())) {
      event(object, EventType::Normal, condition.type, condition.status + ", " + condition.reason + ": " + condition.message);
    }
    if (condition.type != "Ready" || condition.reason == "Progressing") continue;
    const bool good = condition.status == "True" ||
                      condition.reason == "Pending" || condition.reason == "NotRunning" ||
                      condition.reason == "SandboxNotReady" || condition.reason == "SnapshotNotReady";
    spdlog::log(good ? spdlog::level::info : spdlog::level::warn, "object={} ready={} reason={} message={}", object,
                condition.status, condition.reason, quoted(condition.message));
    event(object, good ? EventType::Normal : EventType::Warning, condition.reason, condition.message);
  }
}

void Reporter::forget_vanished(const Picture& picture, const std::vector<ObjectStatus>& statuses) {
  std::set<std::string> here(picture.in_flight);
  for (const ObjectStatus& status : statuses) here.insert(to_string(status.name));
  for (const auto& [name, absence] : picture.declared.absences) here.insert(to_string(name));
  for (const SourceStatus& source : picture.declared.sources) here.insert(source_object(source.name));
  std::set<std::string> gone;
  for (const auto& [key, condition] : picture.memory.conditions) {
    const std::string object = object_in_key(key);
    if (!here.contains(object)) gone.insert(object);
  }
  if (!picture.declared.complete) return;
  for (const std::string& object : gone) {
    spdlog::info("object={} gone", object);
    event(object, EventType::Normal, "Gone",
          is_source(object) ? "the configuration does not name it any more" : "nothing of it is left but what is in trash");
    if (auto forgotten = catalog_.forget(object); !forgotten) {
      spdlog::warn("object={} not forgotten, ignoring: {}", object, to_string(forgotten.error()));
    }
  }
}

}  // namespace cowherd
