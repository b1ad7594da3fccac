// SPDX-License-Identifier: Apache-2.0
// cross_check of parse.h with the references of an object to choose, so that it can be tried on references no kind has yet.
#pragma once

#include <functional>
#include <vector>

#include "resources/kinds/document_type.h"
#include "resources/manifest/parse.h"

namespace cowherd {

using ReferencesOf = std::function<std::vector<Reference>(const Spec&)>;

std::vector<Diagnostic> cross_check(const std::vector<Document>& documents, const ReferencesOf& references_of);

}  // namespace cowherd
