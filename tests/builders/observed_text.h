// SPDX-License-Identifier: Apache-2.0
// Reads a world from text, for golden cases: what was applied before (manifest documents) and what stands of it now
// (observed.yaml). Only what differs from a healthy host has to be written:
//
//   now: "2026-11-20T12:00:00Z"     hostMemory: 8Gi     driver: dm-snapshot | qcow2     diskFull: true
//   complete: false                 emptyHold: true     missingFiles: [/srv/base.ext4]
//   deletionsApproved: [base]       (templates)
//   sandboxes:
//     web: {store: true, active: true, size: 1Gi, fault: overflow | invalid | mismatch, diskUnknown: true,
//           vm: Running | Dead | Unresponsive | DiskStopped | Unknown | none, lastExit: GuestShutdown, digest: text,
//           retained: true, identityUnreadable: true}
//   snapshotDirectories: as snapshots_text.h says
#pragma once

#include <string>
#include <vector>

#include "reconciler/desired/expand.h"
#include "reconciler/plan/make_plan.h"
#include "resources/manifest/parse.h"
#include "resources/vocabulary/value.h"

namespace cowherd::testing {

struct GoldenWorld {
  Declaration declared{};
  Observed seen{};
  CatalogMemory memory{};
  Moment now{};
};

// Fails the test on text it does not understand.
GoldenWorld read_world(const std::vector<Document>& declared, const std::vector<Document>& applied,
                       const Value& observed);

}  // namespace cowherd::testing
