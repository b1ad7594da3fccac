// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/status.h"

#include <algorithm>

namespace cowherd {

namespace {

struct Tally {
  std::size_t kept = 0;
  std::size_t removed = 0;
  Bytes bytes{};
  Bytes bytes_to_go{};
};

Tally tally_of(const RetentionReview& review) {
  Tally tally;
  for (const RetentionDecision& decision : review.decisions) {
    const bool keeps = decision.verdict == RetentionVerdict::Keep;
    ++(keeps ? tally.kept : tally.removed);
    Bytes& bytes = keeps ? tally.bytes : tally.bytes_to_go;
    bytes = bytes + decision.allocated;
  }
  tally.bytes = round_up(tally.bytes, 1_KiB);
  tally.bytes_to_go = round_up(tally.bytes_to_go, 1_KiB);
  return tally;
}

std::string summary_of(const Tally& tally, RetentionMode mode) {
  return "keeps " + std::to_string(tally.kept) + ", " + (mode == RetentionMode::Enforce ? "removes " : "would remove ") +
         std::to_string(tally.removed) + " of " + std::to_string(tally.kept + tally.removed);
}

void add_facts(const Tally& tally, RetentionMode mode, ObjectStatus& status) {
  status.facts.emplace_back("mode", mode == RetentionMode::Enforce ? "Enforce" : "DryRun");
  status.facts.emplace_back("kept", std::to_string(tally.kept));
  status.facts.emplace_back("removed", std::to_string(tally.removed));
  status.facts.emplace_back("bytes", print_quantity(tally.bytes));
  status.facts.emplace_back("bytesToRemove", print_quantity(tally.bytes_to_go));
}

void add_own_conditions(const Picture& picture, const RetentionPolicySpec& policy, const RetentionReview& review,
                        ObjectStatus& status) {
  const std::optional<RetentionRefusal>& refusal = review.refusal;
  add_condition(picture, status,
                {"Blocked", refusal ? "True" : "False", refusal ? refusal->reason : "NotBlocked",
                 refusal ? refusal->message : "", std::nullopt});
  if (!policy.max_bytes && !policy.min_free_percent) return;
  const bool is_unmet = !review.space_unmet.empty();
  add_condition(picture, status,
                {std::string(kSpaceTargetUnmet), is_unmet ? "True" : "False", is_unmet ? "NothingMoreMayGo" : "Met",
                 review.space_unmet, std::nullopt});
}

}  // namespace

ObjectStatus status_of_policy(const Picture& picture, const ObjectName& name, const Declared& declared) {
  ObjectStatus status;
  status.name = name;
  status.metadata = declared.object.metadata;
  status.spec = declared.object.spec;
  status.declared = true;
  status.origin = to_string(declared.spot);
  status.spec_hash = spec_hash(declared.object.spec);
  status.generation = generation_of(picture.memory, to_string(name), status.spec_hash).number;
  status.observed_generation = status.generation;
  const auto& policy = std::get<RetentionPolicySpec>(declared.object.spec.what);
  const auto given = picture.plan.retention.reviews.find(name.name);
  if (given == picture.plan.retention.reviews.end()) return status;
  const RetentionReview& review = given->second.review;
  const Tally tally = tally_of(review);
  add_facts(tally, policy.mode, status);
  status.decisions.assign(review.decisions.begin(),
                          review.decisions.begin() + static_cast<std::ptrdiff_t>(std::min(review.decisions.size(), kMostDecisions)));
  const std::string reason = policy.mode == RetentionMode::Enforce ? "Enforced" : "DryRun";
  add_conditions(picture,
                 verdict_of(picture, to_string(name), {"Ready", "True", reason, summary_of(tally, policy.mode), std::nullopt}),
                 status);
  add_own_conditions(picture, policy, review, status);
  return status;
}

}  // namespace cowherd
