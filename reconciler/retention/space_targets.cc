// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/space_targets.h"

namespace cowherd {

namespace {

// What is left and what is free once everything marked so far is gone for good.
class Space {
 public:
  Space(const RetentionPolicySpec& policy, const RetentionMoment& at, const std::vector<Judged>& judged)
      : policy_(policy), at_(at) {
    for (const Judged& one : judged) {
      Bytes& side = one.may_go() ? freed_ : kept_;
      side = side + one.snapshot->allocated;
    }
  }

  void let_go(Bytes bytes) {
    kept_ = kept_ - bytes;
    freed_ = freed_ + bytes;
  }

  // The first target that is not met, as "space.maxBytes 10Gi"; "" when all are.
  std::string unmet_target() const {
    if (policy_.max_bytes && kept_ > *policy_.max_bytes) return "space.maxBytes " + print_quantity(*policy_.max_bytes);
    if (policy_.min_free_percent && at_.space && free_percent() < static_cast<double>(*policy_.min_free_percent)) {
      return "space.minFreePercent " + std::to_string(*policy_.min_free_percent);
    }
    return "";
  }

  std::string measure() const {
    std::string text = "its snapshots keep " + print_quantity(round_up(kept_, 1_KiB));
    if (policy_.min_free_percent && at_.space) {
      text += ", and " + std::to_string(static_cast<int>(free_percent())) + " % of the file system are free";
    }
    return text;
  }

 private:
  double free_percent() const {
    const Bytes free = at_.space->available + at_.coming_free + freed_;
    return 100.0 * static_cast<double>(free.value) / static_cast<double>(at_.space->total.value);
  }

  const RetentionPolicySpec& policy_;
  const RetentionMoment& at_;
  Bytes kept_{};
  Bytes freed_{};
};

}  // namespace

std::string meet_space_targets(const RetentionPolicySpec& policy, const RetentionMoment& at, std::vector<Judged>& judged) {
  Space space(policy, at, judged);
  for (auto one = judged.rbegin(); one != judged.rend(); ++one) {
    const std::string target = space.unmet_target();
    if (target.empty()) return "";
    if (!one->ties.empty() || one->rules.empty()) continue;
    std::string rules;
    for (const std::string& rule : one->rules) rules += (rules.empty() ? "" : ", ") + rule;
    one->space_reason = target + " is not met otherwise (kept by " + rules + " while it is)";
    if (!one->is_young) space.let_go(one->snapshot->allocated);
  }
  const std::string target = space.unmet_target();
  return target.empty() ? "" : target + " is not met, and nothing more may go: " + space.measure();
}

}  // namespace cowherd
