// SPDX-License-Identifier: Apache-2.0
// What is in trash, for people: newest first, and what a word of theirs means among it. Pure.
#pragma once

#include <string>
#include <vector>

#include "reconciler/daemon/picture.h"

namespace cowherd {

// Newest first; those of the same second by name.
std::vector<TrashEntry> newest_first(std::vector<TrashEntry> trash);

// The one entry that is meant by "web", "Sandbox/web" or its own name. Invalid, with what can be said instead, when there
// is none, several, or one that cannot come back.
Result<TrashEntry> trash_entry_meant(const Picture& picture, const std::string& what);

}  // namespace cowherd
