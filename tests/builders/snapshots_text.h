// SPDX-License-Identifier: Apache-2.0
// The snapshot directories of a golden case, in observed.yaml:
//
//   snapshotDirectories:
//     golden: {full: true, disk: Own | Flat | Store | None, on: base, missing: [text], unreadable: true, since: gone | unreadable,
//              captured: "2026-11-20T12:00:00Z", labels: {team: ml}, holds: [audit]}
//
//   trashedSnapshots: {s0: "2026-11-20T11:30:00Z"}
//   capturedBefore: [s1]       (applied ones that the catalog remembers)
//
// Own is cowherd's, retained unless a document was applied; the rest are other software's. `on` names the template whose revision is its base. `since`: what
// became of it after the templates made from it.
#pragma once

#include "tests/builders/observed_text.h"

namespace cowherd::testing {

// After the templates are there that they stand on.
void add_snapshots(GoldenWorld& world, const std::vector<Document>& applied, const Value& observed);
// After those are there that were made from them.
void change_snapshots(GoldenWorld& world, const Value& observed);

}  // namespace cowherd::testing
