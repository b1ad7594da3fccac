// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/memory_catalog.h"

#include <algorithm>

#include "resources/catalog/event_limits.h"

namespace cowherd::testing {

namespace {

template <class Map>
void erase_of(Map& map, const std::string& object) {
  const std::string prefix = object + " ";
  for (auto entry = map.begin(); entry != map.end();) {
    entry = entry->first.compare(0, prefix.size(), prefix) == 0 ? map.erase(entry) : std::next(entry);
  }
}

bool same(const Event& known, const Event& event) {
  return known.object == event.object && known.type == event.type && known.reason == event.reason &&
         known.message == event.message && known.last >= event.first - kSameEventWithin;
}

}  // namespace

Result<CatalogMemory> MemoryCatalog::recall() {
  return faults_.call("recall", [&]() -> Result<CatalogMemory> { return memory_; });
}

Result<std::int64_t> MemoryCatalog::begin_intent(const Intent& intent) {
  return faults_.call("begin intent " + intent.action, [&]() -> Result<std::int64_t> {
    memory_.open_intents.push_back(intent);
    memory_.open_intents.back().id = ++last_intent_;
    return last_intent_;
  });
}

Status MemoryCatalog::finish_intent(std::int64_t id, OutcomeKind, Moment, const std::string&) {
  return faults_.call("finish intent", [&]() -> Status {
    std::vector<Intent>& open = memory_.open_intents;
    const auto found = std::find_if(open.begin(), open.end(), [&](const Intent& intent) { return intent.id == id; });
    if (found != open.end()) open.erase(found);
    if (id > 0 && id <= last_intent_) return {};
    return fail(ErrorKind::NotFound, "finish intent " + std::to_string(id) + ": there is none");
  });
}

Status MemoryCatalog::set_attempts(const std::string& key, const Attempts& attempts) {
  return faults_.call("set attempts", [&]() -> Status {
    memory_.attempts[key] = attempts;
    return {};
  });
}

Status MemoryCatalog::clear_attempts(const std::string& key) {
  return faults_.call("clear attempts", [&]() -> Status {
    memory_.attempts.erase(key);
    return {};
  });
}

Status MemoryCatalog::set_generation(const std::string& object, const SpecGeneration& generation) {
  return faults_.call("set generation", [&]() -> Status {
    memory_.generations[object] = generation;
    return {};
  });
}

Status MemoryCatalog::set_condition(const std::string& key, const ConditionMemory& condition) {
  return faults_.call("set condition", [&]() -> Status {
    memory_.conditions[key] = condition;
    return {};
  });
}

Status MemoryCatalog::set_capture(const std::string& object, const CaptureMemory& capture) {
  return faults_.call("set capture", [&]() -> Status {
    memory_.captures[object] = capture;
    return {};
  });
}

Status MemoryCatalog::add_event(const Event& event) {
  return faults_.call("add event", [&]() -> Status {
    const auto known = std::find_if(events_.rbegin(), events_.rend(),
                                    [&](const Numbered& entry) { return same(entry.event, event); });
    if (known != events_.rend()) {
      known->event.count += event.count;
      known->event.last = std::max(known->event.last, event.last);
      return {};
    }
    events_.push_back({++last_event_, event});
    events_.erase(std::remove_if(events_.begin(), events_.end(),
                                 [&](const Numbered& entry) {
                                   return entry.event.last < event.last - kEventsKeptFor ||
                                          entry.id <= last_event_ - kMostEvents;
                                 }),
                  events_.end());
    return {};
  });
}

std::vector<Event> MemoryCatalog::peek_events() const {
  std::vector<Numbered> sorted = events_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Numbered& a, const Numbered& b) { return a.event.last < b.event.last; });
  std::vector<Event> all;
  for (const Numbered& entry : sorted) all.push_back(entry.event);
  return all;
}

Result<std::vector<Event>> MemoryCatalog::events(const std::string& object, int most) {
  return faults_.call("events", [&]() -> Result<std::vector<Event>> {
    std::vector<Event> found;
    for (const Event& event : peek_events()) {
      if (object.empty() || event.object == object) found.push_back(event);
    }
    const std::size_t keep = std::min(found.size(), static_cast<std::size_t>(std::max(most, 0)));
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(keep));
    return found;
  });
}

Status MemoryCatalog::forget(const std::string& object) {
  return faults_.call("forget", [&]() -> Status {
    memory_.generations.erase(object);
    memory_.captures.erase(object);
    erase_of(memory_.attempts, object);
    erase_of(memory_.conditions, object);
    return {};
  });
}

Status MemoryCatalog::set_bases(const std::vector<IndexedBase>& bases) {
  return faults_.call("set bases", [&]() -> Status {
    std::map<std::string, IndexedBase> sorted;
    for (const IndexedBase& base : bases) sorted[base.key] = base;
    bases_.clear();
    for (auto& [key, base] : sorted) {
      std::erase_if(base.parents, [&](const std::string& parent) { return !sorted.contains(parent); });
      bases_.push_back(base);
    }
    return {};
  });
}

Result<std::vector<IndexedBase>> MemoryCatalog::bases() {
  return faults_.call("bases", [&]() -> Result<std::vector<IndexedBase>> { return bases_; });
}

Result<bool> MemoryCatalog::is_rebuilt() {
  return faults_.call("is rebuilt", [&]() -> Result<bool> { return is_rebuilt_; });
}

Status MemoryCatalog::mark_rebuilt() {
  return faults_.call("mark rebuilt", [&]() -> Status {
    is_rebuilt_ = true;
    return {};
  });
}

void MemoryCatalog::lose() {
  memory_ = {};
  bases_.clear();
  is_rebuilt_ = false;
  events_.clear();
}

}  // namespace cowherd::testing
