// SPDX-License-Identifier: Apache-2.0
// How long a policy with every rule takes over many snapshots of 30 sandboxes. Prints the best of some rounds each.
#include "reconciler/retention/decide.h"

#include <cstdio>
#include <random>

using namespace cowherd;

namespace {

constexpr int kSandboxes = 30;
constexpr int kRounds = 5;

RetentionPolicySpec every_rule() {
  RetentionPolicySpec policy;
  policy.mode = RetentionMode::Enforce;
  policy.selector = {{"team", "ml"}};
  policy.group_by = {"Sandbox"};
  policy.keep = {.last = 10, .hourly = 48, .daily = 30, .weekly = 10, .monthly = 24, .yearly = -1};
  policy.keep.within = CalendarSpan{0, 0, 2, 0};
  policy.keep.within_hourly = CalendarSpan{0, 0, 7, 0};
  policy.keep.within_daily = CalendarSpan{0, 3, 0, 0};
  policy.keep.within_weekly = CalendarSpan{1, 0, 0, 0};
  policy.keep.within_monthly = CalendarSpan{5, 0, 0, 0};
  policy.keep.within_yearly = CalendarSpan{9, 0, 0, 0};
  policy.keep.labels = {{{"keep", "true"}}};
  policy.min_age = std::chrono::hours{1};
  policy.min_keep = 3;
  policy.max_bytes = Bytes{1};
  return policy;
}

std::vector<RetentionSnapshot> history(int count) {
  std::mt19937_64 random(1);
  const Moment newest = *parse_moment("2026-11-20T12:00:00Z");
  std::vector<RetentionSnapshot> snapshots;
  for (int i = 0; i < count; ++i) {
    RetentionSnapshot snapshot;
    snapshot.name = "snapshot-" + std::to_string(i);
    snapshot.sandbox = "sandbox-" + std::to_string(i % kSandboxes);
    snapshot.captured = newest - std::chrono::seconds{random() % (10ull * 365 * 86'400)};
    snapshot.labels = {{"team", "ml"}, {"tier", "gold"}};
    if (i % 1'000 == 0) snapshot.labels["keep"] = "true";
    snapshot.allocated = 1_MiB;
    snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

double best_seconds(const std::vector<RetentionSnapshot>& snapshots, std::size_t& removed) {
  const RetentionPolicySpec policy = every_rule();
  const RetentionMoment at{*parse_moment("2026-11-20T18:00:00Z"), std::nullopt, Bytes{}};
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto begun = std::chrono::steady_clock::now();
    const RetentionReview review = decide(policy, snapshots, at);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    removed = 0;
    for (const RetentionDecision& decision : review.decisions) removed += decision.verdict == RetentionVerdict::Remove;
  }
  return best;
}

}  // namespace

int main() {
  double before = 0;
  int count_before = 0;
  for (const int count : {10'000, 100'000, 200'000}) {
    std::size_t removed = 0;
    const double seconds = best_seconds(history(count), removed);
    std::printf("%7d snapshots  %8.1f ms  %5.2f us each  %zu removed", count, seconds * 1e3, seconds * 1e6 / count, removed);
    if (before > 0) std::printf("  %.2f x the time for %d x the snapshots", seconds / before, count / count_before);
    std::printf("\n");
    before = seconds;
    count_before = count;
  }
}
