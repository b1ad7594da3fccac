// SPDX-License-Identifier: Apache-2.0
// What is said of objects that are declared, but not for this host.
#pragma once

#include <string>

#include "reconciler/source/declaration.h"

namespace cowherd {

// Where it is declared, for hosts with which labels, and what this host has instead; empty unless it is placed elsewhere.
std::string told_elsewhere(const Declaration& declared, const ObjectName& name, const LabelSelector& host);

// "12 objects are placed on other hosts.", a line; empty when there are none.
std::string count_elsewhere(const Declaration& declared);

}  // namespace cowherd
