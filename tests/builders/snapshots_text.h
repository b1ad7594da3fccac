// SPDX-License-Identifier: Apache-2.0
// The snapshot directories of a golden case, in observed.yaml:
//
//   snapshotDirectories:
//     golden: {disk: Own | Flat | Store | None, on: base, missing: [text], unreadable: true}
//
// Own is cowherd's; the rest are other software's. `on` names the template whose revision is its base.
#pragma once

#include "tests/builders/observed_text.h"

namespace cowherd::testing {

// After the templates are there.
void add_snapshots(GoldenWorld& world, const Value& observed);

}  // namespace cowherd::testing
