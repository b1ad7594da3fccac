// SPDX-License-Identifier: Apache-2.0
// What stands on a template revision, read from the identities of one look: sandboxes, snapshots, and snapshots of other
// software whose base image is the revision's. None of them works without it.
#pragma once

#include <string>
#include <vector>

#include "resources/store/store.h"

namespace cowherd {

struct RevisionUsers {
  std::vector<std::string> sandboxes{};  // names
  std::vector<std::string> snapshots{};
  bool operator==(const RevisionUsers&) const = default;
};

RevisionUsers users_of_revision(const StoreContents& seen, const std::string& template_name, const Digest& id);

// The first error of what could not be read and might be a user of any revision.
Status all_users_are_known(const StoreContents& seen);

}  // namespace cowherd
