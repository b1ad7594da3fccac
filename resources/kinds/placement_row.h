// SPDX-License-Identifier: Apache-2.0
// spec.placement, which every kind has. For the field tables only.
#pragma once

#include "resources/kinds/field_table.h"

namespace cowherd {

inline Section placement_section() { return {.path = "placement", .doc = "On which of the hosts that share its manifest it is."}; }

template <class S>
Member<S> placement_row(LabelSelector S::*where) {
  return member({.path = "placement.nodeSelector",
                 .minimum = 1,
                 .maximum = kMaxLabels,
                 .doc = "The object is declared on hosts that have all of these labels (hostLabels in the configuration, "
                        "kubernetes.io/hostname, kubernetes.io/arch), and on no other. Without it, on every host. A host that does not "
                        "match any more removes it, like one whose document went.",
                 .example = Value::Map{{"environment", "production"}}},
                where);
}

}  // namespace cowherd
