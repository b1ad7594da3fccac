// SPDX-License-Identifier: Apache-2.0
// An identity file is the truth about the directory it stands in, and about no other: a copied or renamed directory is
// Corrupt, not a second object of the same identity.
#pragma once

#include <string>

#include "resources/store/identity.h"
#include "resources/store/snapshot_identity.h"

namespace cowherd {

Result<SandboxIdentity> check_place(Result<SandboxIdentity> identity, const Uid& directory);
Result<RevisionIdentity> check_place(Result<RevisionIdentity> identity, const std::string& template_directory,
                                     const Digest& directory);
Result<SnapshotIdentity> check_place(Result<SnapshotIdentity> identity, const std::string& directory);

}  // namespace cowherd
