// SPDX-License-Identifier: Apache-2.0
// How it stands with the sources, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "reconciler/source/declaration.h"

namespace cowherd {

// A table; after it what source_messages says.
std::string print_sources(const std::vector<SourceStatus>& sources, Moment now);

// A line for each that is not ready, and for each that a person holds.
std::vector<std::string> source_messages(const std::vector<SourceStatus>& sources);

// "1a2b3c4"
std::string short_revision(const std::string& revision);

}  // namespace cowherd
