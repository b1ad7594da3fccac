// SPDX-License-Identifier: Apache-2.0
// Several policies and what comes of them: a snapshot goes only when every enforcing policy that selects it says so.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconciler/retention/decide.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

struct PolicyReview {
  RetentionMode mode = RetentionMode::DryRun;
  RetentionReview review{};
  bool operator==(const PolicyReview&) const = default;
};
using PolicyReviews = std::map<ResourceName, PolicyReview>;

// One that all agree on.
struct Removal {
  std::string name{};
  Moment captured{};
  std::string reason{};  // of every policy
  bool operator==(const Removal&) const = default;
};

struct Agreement {
  PolicyReviews reviews{};          // as given; Remove became Keep where another enforcing policy keeps
  std::vector<Removal> removals{};  // oldest first, then by name
  std::map<std::string, std::string> told{};  // by snapshot: what each policy says of it
  bool operator==(const Agreement&) const = default;
};

Agreement agree(PolicyReviews reviews);

}  // namespace cowherd
