// SPDX-License-Identifier: Apache-2.0
// A list of snapshots as a person or another program writes it, for `cowherd retention preview --snapshots`:
//   [{"name": "s1", "sandbox": "web", "capturedAt": "2026-11-20T18:03:00Z", "labels": {"team": "ml"},
//     "mode": "Disk", "declared": false, "holds": ["legal"], "bytes": 1048576}]
// name, sandbox and capturedAt are needed. Times may have an offset ("+01:00").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconciler/retention/decide.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Invalid names the place: "[2].capturedAt".
Result<std::vector<RetentionSnapshot>> parse_snapshot_list(std::string_view json);

// RFC 3339, in UTC or with an offset.
Result<Moment> parse_time(std::string_view text);

}  // namespace cowherd
