// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/event_list.h"

#include <gtest/gtest.h>

#include "resources/files/json.h"

namespace cowherd::testing {
namespace {

const Moment kNoon = *parse_moment("2026-11-20T12:00:00Z");

Event started(std::int64_t count = 1) {
  return {"Sandbox/web", EventType::Normal, "StartMachine", "start the VM of sandbox 'web': powerState Running", kNoon,
          kNoon + std::chrono::seconds{30}, count};
}
Event failed() {
  return {"Template/base", EventType::Warning, "ImportRevisionFailed", "read\x1b[2J: no such file", kNoon, kNoon, 3};
}

TEST(EventList, OneLineEachThatSteersNoTerminal) {
  EXPECT_EQ(print_events({failed(), started()}, EventHeader::Shown),
            "LAST SEEN              TYPE      REASON                 OBJECT          COUNT   MESSAGE\n"
            "2026-11-20T12:00:00Z   Warning   ImportRevisionFailed   Template/base   3       read\xef\xbf\xbd[2J: no such file\n"
            "2026-11-20T12:00:30Z   Normal    StartMachine           Sandbox/web     1       start the VM of sandbox 'web': "
            "powerState Running\n");
}

TEST(EventList, AsAValueItHasAllThereIs) {
  EXPECT_EQ(print_json(event_value(failed()), JsonStyle::Compact),
            R"({"object":"Template/base","type":"Warning","reason":"ImportRevisionFailed","message":"read\u001b[2J: no such file",)"
            R"("count":3,"firstSeen":"2026-11-20T12:00:00Z","lastSeen":"2026-11-20T12:00:00Z"})");
}

TEST(EventList, NewsAreWhatIsNewOrWasSeenAgain) {
  EXPECT_EQ(news({}, {failed(), started()}), (std::vector<Event>{failed(), started()}));
  EXPECT_EQ(news({failed(), started()}, {failed(), started()}), std::vector<Event>{});
  EXPECT_EQ(news({failed(), started()}, {failed(), started(2)}), std::vector<Event>{started(2)});
  EXPECT_EQ(news({failed(), started()}, {started()}), std::vector<Event>{});
}

}  // namespace
}  // namespace cowherd::testing
