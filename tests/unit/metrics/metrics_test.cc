// SPDX-License-Identifier: Apache-2.0
// What is counted as it happens, in the text that a scrape reads.
#include "reconciler/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Result<Bytes> nothing(const std::string&) { return Bytes{}; }

class MetricsTest : public ::testing::Test {
 protected:
  std::string text(const ApiLoad& load = {}) const { return metrics.text(load); }
  void end(const std::string& verb, OutcomeKind kind, Span took, std::optional<Span> frozen = {}) {
    metrics.count({"Sandbox/web", verb, "", "", kind, std::nullopt, noon(), noon() + took, "", 1, frozen});
  }

  Metrics metrics{{"1.2.3", {}, std::chrono::seconds{30}}, nothing};
};

TEST_F(MetricsTest, EveryVerbIsThereFromTheStart) {
  for (const char* verb : {"start-machine", "purge-trash", "import-revision", "capture-snapshot"}) {
    EXPECT_THAT(text(), HasSubstr(std::string("cowherd_steps_total{outcome=\"failed\",verb=\"") + verb + "\"} 0\n"));
  }
  EXPECT_THAT(text(), HasSubstr("cowherd_build_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_last_pass_timestamp_seconds 0\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_resync_seconds 30\n"));
}

TEST_F(MetricsTest, AStepCountsByItsOutcomeAndTime) {
  end("start-machine", OutcomeKind::Failed, std::chrono::seconds{2});
  end("start-machine", OutcomeKind::AlreadySo, std::chrono::milliseconds{20});
  EXPECT_THAT(text(), HasSubstr("cowherd_steps_total{outcome=\"failed\",verb=\"start-machine\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_steps_total{outcome=\"already_so\",verb=\"start-machine\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_step_duration_seconds_bucket{verb=\"start-machine\",le=\"1\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_step_duration_seconds_sum{verb=\"start-machine\"} 2.02\n"));
}

TEST_F(MetricsTest, TheClockMayBeSetBackMeanwhile) {
  end("start-machine", OutcomeKind::Done, std::chrono::seconds{-5});
  EXPECT_THAT(text(), HasSubstr("cowherd_step_duration_seconds_sum{verb=\"start-machine\"} 0\n"));
}

TEST_F(MetricsTest, OnlyCapturesThatFrozeAGuestHaveAFreeze) {
  end("capture-snapshot", OutcomeKind::Done, std::chrono::seconds{1}, Span{40});
  end("capture-snapshot", OutcomeKind::Done, std::chrono::seconds{1});
  EXPECT_THAT(text(), HasSubstr("cowherd_capture_freeze_seconds_count 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_capture_freeze_seconds_sum 0.04\n"));
}

TEST_F(MetricsTest, OnlySleepsThatTimeEndedHaveALag) {
  metrics.count(Wake{{WakeCause::Time}, Span{3}});
  metrics.count(Wake{{WakeCause::Machine, WakeCause::Step}, std::nullopt});
  EXPECT_THAT(text(), HasSubstr("cowherd_loop_lag_seconds_count 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_loop_wakeups_total{cause=\"machine\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_loop_wakeups_total{cause=\"time\"} 1\n"));
}

TEST_F(MetricsTest, LanesAreShownAsTheyAre) {
  metrics.show({{Lane::Boot, {2, 1, 7}}});
  EXPECT_THAT(text(), HasSubstr("cowherd_steps_in_flight{lane=\"boot\"} 2\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_steps_overdue{lane=\"boot\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_steps_waiting{lane=\"boot\"} 7\n"));
}

TEST_F(MetricsTest, ALookThatDidNotSeeEverythingIsAPassAndNoCompleteLook) {
  Picture picture;
  picture.now = noon();
  metrics.count_pass(picture, {}, noon());
  EXPECT_THAT(text(), HasSubstr("cowherd_pass_duration_seconds_count 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_complete_looks_total 0\n"));
  picture.declared.complete = true;
  metrics.count_pass(picture, {}, noon());
  EXPECT_THAT(text(), HasSubstr("cowherd_complete_looks_total 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_last_complete_look_timestamp_seconds 1795176000\n"));
}

TEST_F(MetricsTest, WhatIsReadyAgainIsNotToldAnyMore) {
  ObjectStatus web;
  web.name = {Kind::Sandbox, a_name("web")};
  web.conditions.push_back({"Ready", "False", "NotRunning", "", noon()});
  metrics.count_pass({}, {web}, noon());
  EXPECT_THAT(text(), HasSubstr("cowherd_object_not_ready_since_timestamp_seconds{kind=\"Sandbox\",name=\"web\"} 1795176000\n"));
  EXPECT_THAT(text(), HasSubstr("{kind=\"Sandbox\",type=\"Ready\",status=\"False\",reason=\"NotRunning\"} 1\n"));
  web.conditions.front() = {"Ready", "True", "Running", "", noon()};
  metrics.count_pass({}, {web}, noon());
  EXPECT_THAT(text(), Not(HasSubstr("name=\"web\"")));
  EXPECT_THAT(text(), Not(HasSubstr("NotRunning")));
  EXPECT_THAT(text(), HasSubstr("cowherd_objects{kind=\"Sandbox\",ready=\"True\"} 1\n"));
}

TEST_F(MetricsTest, BackoffIsThatOfStepsToBeTriedAgain) {
  Picture picture;
  picture.now = noon();
  picture.memory.attempts["Sandbox/web start-machine"].failures = 4;
  picture.memory.attempts["Sandbox/web start-machine"].next_try = noon() + std::chrono::seconds{8};
  picture.memory.attempts["Sandbox/old start-machine"].failures = 9;
  picture.memory.attempts["Sandbox/old start-machine"].next_try = noon();
  metrics.count_pass(picture, {}, noon());
  EXPECT_THAT(text(), HasSubstr("cowherd_backoff_objects 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_backoff_failures_max 4\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_backoff_next_retry_timestamp_seconds 1795176008\n"));
}

TEST_F(MetricsTest, SourcesAreToldWhereThereAreAny) {
  Picture picture;
  metrics.count_pass(picture, {}, noon());
  EXPECT_THAT(text(), Not(HasSubstr("cowherd_source_ready")));
  SourceStatus fleet;
  fleet.name = a_name("fleet");
  fleet.type = "Git";
  fleet.revision = "b0b";
  fleet.checked = noon();
  fleet.pinned = true;
  fleet.objects = 3;
  SourceStatus lab;
  lab.name = a_name("lab");
  lab.type = "Directory";
  lab.ready = false;
  picture.declared.sources = {fleet, lab};
  metrics.count_pass(picture, {}, noon());
  for (const char* line : {"cowherd_source_ready{source=\"fleet\"} 1\n", "cowherd_source_ready{source=\"lab\"} 0\n",
                           "cowherd_source_info{source=\"fleet\",type=\"Git\",revision=\"b0b\"} 1\n",
                           "cowherd_source_last_success_timestamp_seconds{source=\"fleet\"} 1795176000\n",
                           "cowherd_source_pinned{source=\"fleet\"} 1\n", "cowherd_source_objects{source=\"fleet\"} 3\n"}) {
    EXPECT_THAT(text(), HasSubstr(line));
  }
  EXPECT_THAT(text(), Not(HasSubstr("cowherd_source_pinned{source=\"lab\"}")));
}

TEST_F(MetricsTest, WebhooksCountByWhatBecameOfThem) {
  metrics.count(HookAnswer::Refused);
  EXPECT_THAT(text(), HasSubstr("cowherd_source_webhooks_total{answer=\"refused\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_source_webhooks_total{answer=\"accepted\"} 0\n"));
}

TEST_F(MetricsTest, ObjectsThatAreHeldCountOnceForAReason) {
  Picture picture;
  for (int i = 0; i < 2; ++i) picture.plan.blocked.push_back({"Sandbox/web", BlockKind::Guard, "LowDiskSpace", "", std::nullopt});
  metrics.count_pass(picture, {}, noon());
  EXPECT_THAT(text(), HasSubstr("cowherd_blocked_objects{cause=\"held\",reason=\"LowDiskSpace\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cowherd_blocked_objects{cause=\"held\",reason=\"PruneHeld\"} 0\n"));
}

}  // namespace
}  // namespace cowherd::testing
