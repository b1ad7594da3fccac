// SPDX-License-Identifier: Apache-2.0
// Where log lines go: to standard error as text, or, where that is the stream of a systemd journal ($JOURNAL_STREAM,
// sd-daemon(3)), to the journal with their priority and fields.
#pragma once

#include <string_view>

namespace cowherd {

// For the whole process; before the first line.
void begin_logging(std::string_view name);

}  // namespace cowherd
