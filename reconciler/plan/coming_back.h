// SPDX-License-Identifier: Apache-2.0
// What somebody asked to come back from trash: | its name  | its base       | -> |
//                                              | taken     | -              | waits, with the reason
//                                              | free      | there          | it comes back, retained
//                                              | free      | in trash, too  | its base first
//                                              | free      | gone           | waits, with the reason
// Internal to plan/.
#pragma once

#include <string>
#include <vector>

#include "reconciler/plan/make_plan.h"

namespace cowherd {

struct ComingBack {
  std::vector<Undelete> steps{};
  std::vector<std::string> notes{};
  bool has(const TrashEntry& entry) const;
};
ComingBack coming_back(const PlanInput& input);

// Something that is to come back stands on this revision.
bool is_base_of_coming(const PlanInput& input, const std::string& template_name, const Digest& id);

}  // namespace cowherd
