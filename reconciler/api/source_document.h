// SPDX-License-Identifier: Apache-2.0
// How it stands with the sources, as Kubernetes-style documents: {apiVersion, kind, metadata, status}. What they are is
// the configuration's to say, so there is no spec. Pure.
#pragma once

#include <vector>

#include "reconciler/source/declaration.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

Value source_document(const SourceStatus& source);
// {"kind":"SourceList","items":[…]}
Value source_list(const std::vector<SourceStatus>& sources);

}  // namespace cowherd
