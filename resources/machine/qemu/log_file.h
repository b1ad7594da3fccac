// SPDX-License-Identifier: Apache-2.0
// Log files that another process appends to. They cannot be renamed away (the writer keeps its descriptor), so a bound
// is kept by copying the end to `<path>.1` and cutting the file; the writer must have opened it O_APPEND. What is written
// between the copy and the cut is lost.
#pragma once

#include <string>

#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// The last bytes of a file. NotFound when it does not exist.
Result<std::string> read_tail(const std::string& path, Bytes limit);

// When the file is larger than limit: its last `limit` bytes become `<path>.1`, replacing, and the file is emptied.
// An absent file is success. Not durable.
Status bound_log(const std::string& path, Bytes limit);

}  // namespace cowherd
