// SPDX-License-Identifier: Apache-2.0
// Freezing a guest, letting it go on, and writing its device state: QMP. Errors: Busy when QEMU does not answer in time,
// Failed with its own words.
#pragma once

#include <string>

#include "resources/machine/qemu/runtime_record.h"

namespace cowherd {

// Stops the guest and sees that its disk is durable. A guest that is stopped already, also by its disk, is success. After a
// failure the guest may be stopped all the same.
Status freeze_guest(const RuntimeDir& dir, const VmRecord& record);

// Returns when the guest runs, or its disk stopped it. One that its disk had stopped before is watched for a moment:
// Exhausted when that happens again.
Status thaw_guest(const RuntimeDir& dir);

// To a new file of this name (Busy when it exists). Stale: the guest runs. After a failure there is no file.
Status save_device_state(const RuntimeDir& dir, const VmRecord& record, const std::string& path);

// Stale: the guest runs.
Status check_frozen(const RuntimeDir& dir);

}  // namespace cowherd
