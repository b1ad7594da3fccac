// SPDX-License-Identifier: Apache-2.0
// What the lockless commands see: one picture, taken as the daemon would take it, changing nothing.
#pragma once

#include "reconciler/commands/exit_code.h"
#include "reconciler/commands/session.h"

namespace cowherd {

// Looks at the manifests twice, so that a document that is not there counts as absent in the picture: it shows what the
// daemon will come to. Waits for files that are being written, at most two seconds.
Picture watch(Session& session);

// What the manifests alone make of an exit code: NothingValid when none is in force and some cannot be used or read,
// Partly when others are, or a source is not ready.
ExitCode declared_code(const Declaration& declared);

// Says on stderr what keeps the picture from being whole.
void tell_doubts(const Picture& picture);
// Says on stderr which sources are not ready, and which a person holds.
void tell_sources(const Declaration& declared);

}  // namespace cowherd
