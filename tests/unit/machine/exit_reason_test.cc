// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/exit_reason.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace cowherd {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGreeting = R"({"QMP": {"version": {}, "capabilities": ["oob"]}})"
                                  "\n";

Moment at(std::int64_t seconds) { return Moment{std::chrono::seconds{seconds}}; }

std::string shutdown(const std::string& reason, std::int64_t seconds = 100) {
  return R"({"timestamp": {"seconds": )" + std::to_string(seconds) +
         R"(, "microseconds": 250000}, "event": "SHUTDOWN", "data": {"guest": true, "reason": ")" + reason + "\"}}\n";
}

ExitEvidence evidence(const std::string& events) {
  ExitEvidence found;
  found.events = kGreeting + events;
  found.last_sign = at(50);
  return found;
}

TEST(ExitReason, TheLastShutdownEventTells) {
  EXPECT_EQ(judge_exit(evidence(shutdown("guest-shutdown"))).reason, ExitReason::GuestShutdown);
  EXPECT_EQ(judge_exit(evidence(shutdown("guest-reset"))).reason, ExitReason::GuestReset);
  EXPECT_EQ(judge_exit(evidence(shutdown("guest-panic"))).reason, ExitReason::GuestPanic);
  EXPECT_EQ(judge_exit(evidence(shutdown("host-signal"))).reason, ExitReason::Killed);
  EXPECT_EQ(judge_exit(evidence(shutdown("host-signal") + shutdown("guest-shutdown"))).reason,
            ExitReason::GuestShutdown);
}

TEST(ExitReason, TheTimeIsThatOfTheEvent) {
  EXPECT_EQ(judge_exit(evidence(shutdown("guest-shutdown", 100))).at, at(100) + Span{250});
  EXPECT_EQ(judge_exit(evidence("")).at, at(50));
}

TEST(ExitReason, AnEndWeAskedForIsStopped) {
  ExitEvidence found = evidence(shutdown("guest-shutdown", 100));
  found.stop_until = at(110);
  EXPECT_EQ(judge_exit(found).reason, ExitReason::Stopped);
}

TEST(ExitReason, ARequestThatWasGivenUpDoesNotExcuseALaterCrash) {
  ExitEvidence found = evidence(shutdown("guest-reset", 500));
  found.stop_until = at(110);
  EXPECT_EQ(judge_exit(found).reason, ExitReason::GuestReset);
}

TEST(ExitReason, AGroupThatTheKernelKilledInForMemoryTellsMoreThanTheSignal) {
  ExitEvidence found = evidence("");
  found.seen = SeenExit{at(70), ChildEnd{ChildEnd::How::Signalled, SIGKILL}};
  found.outgrown = 512_MiB;
  EXPECT_EQ(judge_exit(found).reason, ExitReason::OutOfMemory);
  EXPECT_THAT(judge_exit(found).detail, HasSubstr("512Mi"));
  EXPECT_FALSE(is_success(ExitReason::OutOfMemory));
  found.events += shutdown("guest-shutdown");
  EXPECT_EQ(judge_exit(found).reason, ExitReason::GuestShutdown) << "it ended by itself after all";
}

TEST(ExitReason, ASignalIsNamedWithTheLastWords) {
  ExitEvidence found = evidence("");
  found.seen = SeenExit{at(70), ChildEnd{ChildEnd::How::Signalled, SIGABRT}};
  found.vmm_log = "one\nfailed to set MSR\n";
  const MachineExit exit = judge_exit(found);
  EXPECT_EQ(exit.reason, ExitReason::Killed);
  EXPECT_EQ(exit.detail, "QEMU was ended by SIGABRT: one; failed to set MSR");
  EXPECT_EQ(exit.at, at(70));
}

TEST(ExitReason, NobodySawItAndNothingWasWritten) {
  EXPECT_EQ(judge_exit(evidence("")).reason, ExitReason::Unseen);
  ExitEvidence never_up;
  EXPECT_THAT(judge_exit(never_up).detail, HasSubstr("never came up"));
}

TEST(ExitReason, WhatAGuestCouldPutIntoALogIsNoShutdown) {
  // A line cut in half by the bound of the log, garbage, and an event that only mentions the word.
  const std::string lines = R"(n": "guest-shutdown"}, "event": "SHUTDOWN"})"
                            "\n\0\xff{{{\n"
                            R"({"event": "VSERPORT_CHANGE", "data": {"id": "\"SHUTDOWN\""}})"
                            "\n";
  EXPECT_FALSE(last_shutdown(lines));
  EXPECT_FALSE(last_shutdown(shutdown("guest-shutdown").substr(0, 40)));
}

TEST(ExitReason, LastWordsAreShortAndPrintable) {
  EXPECT_EQ(last_words("a\x1b[0m\nb\n\n"), "a[0m; b");
  EXPECT_EQ(last_words(std::string(10'000, 'x')).size(), 600U);
  EXPECT_EQ(last_words(""), "");
}

}  // namespace
}  // namespace cowherd
