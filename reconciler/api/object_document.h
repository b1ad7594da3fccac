// SPDX-License-Identifier: Apache-2.0
// A status as a Kubernetes-style document: {apiVersion, kind, metadata, spec, status}. Written to a file it is a manifest
// again: what the server adds (uid, generation, status) is ignored there with a warning.
#pragma once

#include <vector>

#include "reconciler/daemon/status.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

Value object_document(const ObjectStatus& status);
// {"apiVersion":"v1","kind":"List","items":[…]}
Value list_document(const std::vector<ObjectStatus>& statuses);

}  // namespace cowherd
