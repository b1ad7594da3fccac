// SPDX-License-Identifier: Apache-2.0
// Statuses as a table, one set of columns per kind. Pure.
#pragma once

#include <string>
#include <vector>

#include "reconciler/daemon/status.h"

namespace cowherd {

enum class TableWidth { Normal, Wide };

// Precondition: all of one kind.
std::string print_statuses(const Picture& picture, const std::vector<ObjectStatus>& statuses, TableWidth width);

}  // namespace cowherd
