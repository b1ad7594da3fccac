// SPDX-License-Identifier: Apache-2.0
// Events as people and programs read them. Pure.
#pragma once

#include <string>
#include <vector>

#include "resources/catalog/catalog.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

enum class EventHeader { Shown, Left };
// One line each, oldest first, with the time an event was last seen.
std::string print_events(const std::vector<Event>& events, EventHeader header);
Value event_value(const Event& event);

// Those that are not among the known ones as they are now: new, or seen again.
std::vector<Event> news(const std::vector<Event>& known, const std::vector<Event>& now);

}  // namespace cowherd
