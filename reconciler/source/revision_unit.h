// SPDX-License-Identifier: Apache-2.0
// A revision of a repository as one unit. Pure.
#pragma once

#include "reconciler/source/unit_reader.h"
#include "resources/git/git_remote.h"

namespace cowherd {

// text: as print_revision writes it. Its files are named "source:path".
UnitContent read_revision_unit(const std::string& text, const std::string& source);

// A manifest that is not UTF-8 could not be kept as it is. Empty: all are.
std::string file_without_utf8(const Revision& revision);

}  // namespace cowherd
