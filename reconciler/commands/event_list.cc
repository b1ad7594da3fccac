// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/event_list.h"

#include <map>
#include <tuple>

#include "reconciler/commands/print_table.h"

namespace cowherd {

namespace {

std::string type_of(const Event& event) { return event.type == EventType::Warning ? "Warning" : "Normal"; }

// What makes an event the same one when it is seen again.
using EventKey = std::tuple<std::string, std::string, std::string, std::string, Moment>;
EventKey key_of(const Event& event) { return {event.object, type_of(event), event.reason, event.message, event.first}; }

}  // namespace

std::string print_events(const std::vector<Event>& events, EventHeader header) {
  std::vector<TextRow> rows;
  for (const Event& event : events) {
    rows.push_back({print_moment(event.last), type_of(event), event.reason, event.object, std::to_string(event.count), event.message});
  }
  if (header == EventHeader::Left) return print_pairs(rows, "");
  return print_table({"LAST SEEN", "TYPE", "REASON", "OBJECT", "COUNT", "MESSAGE"}, rows);
}

Value event_value(const Event& event) {
  Value value = Value::map();
  value.set("object", event.object);
  value.set("type", type_of(event));
  value.set("reason", event.reason);
  value.set("message", event.message);
  value.set("count", event.count);
  value.set("firstSeen", print_moment(event.first));
  value.set("lastSeen", print_moment(event.last));
  return value;
}

std::vector<Event> news(const std::vector<Event>& known, const std::vector<Event>& now) {
  std::map<EventKey, std::int64_t> counts;
  for (const Event& event : known) counts[key_of(event)] = event.count;
  std::vector<Event> fresh;
  for (const Event& event : now) {
    const auto before = counts.find(key_of(event));
    if (before == counts.end() || before->second != event.count) fresh.push_back(event);
  }
  return fresh;
}

}  // namespace cowherd
