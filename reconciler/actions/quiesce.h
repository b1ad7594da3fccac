// SPDX-License-Identifier: Apache-2.0
// A guest that holds its file systems still for a capture, and lets them go again. Both ask the guest's agent, block for
// at most ten seconds, and leave the mark that says it may be holding them until it surely does not.
#pragma once

#include "reconciler/actions/host.h"

namespace cowherd {

// Marked before the guest is asked: whoever dies meanwhile leaves a guest that is known to need help. After an error
// nothing is held; its reason is QuiesceFailed when the guest did not do as asked.
Status quiesce(Host& host, const Uid& uid);
Status unquiesce(Host& host, const Uid& uid);

}  // namespace cowherd
