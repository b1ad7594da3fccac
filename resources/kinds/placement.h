// SPDX-License-Identifier: Apache-2.0
// Which hosts an object is for: spec.placement.nodeSelector against the labels of a host. Pure.
#pragma once

#include <string>
#include <string_view>

#include "resources/kinds/object.h"

namespace cowherd {

inline constexpr std::string_view kHostnameLabel = "kubernetes.io/hostname";
inline constexpr std::string_view kArchLabel = "kubernetes.io/arch";

// The configured labels and the two above where they are not configured. machine: as `uname -m` prints it. A hostname that is
// no label value is left out.
LabelSelector with_builtin_labels(LabelSelector configured, std::string_view hostname, std::string_view machine);

// Empty for every host.
const LabelSelector& placement_of(const Spec& spec);

// "environment=production, kubernetes.io/arch=amd64", for people.
std::string print_labels(const LabelSelector& labels);

}  // namespace cowherd
