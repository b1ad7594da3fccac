// SPDX-License-Identifier: Apache-2.0
// What nothing is to be done to, and how that is wanted: as it is now, whatever its document says, with all it stands on.
// Pure.
#pragma once

#include <map>
#include <string>

#include "reconciler/desired/expand.h"

namespace cowherd {

inline constexpr const char* kSuspended = "Suspended";

// Something has that name on this host, or may have it and cannot be read. A RetentionPolicy never has.
bool is_on_host(const StoreContents& store, const ObjectName& object);

// Requests, which also hold when the document is gone, and annotations of documents that are in force.
std::map<std::string, Suspended> suspended_objects(const ExpandInput& input);

// Those that are suspended are not built anew, and nothing of them goes.
void hold_templates(const std::map<std::string, Suspended>& suspended, std::map<ResourceName, WantedTemplate>& templates);

// Sandboxes and snapshots that wanted.suspended names stay as they are, and are not made when they are not there.
void hold_suspended(Wanted& wanted);

}  // namespace cowherd
