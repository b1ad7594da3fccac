// SPDX-License-Identifier: Apache-2.0
// Answers as libmicrohttpd sends them.
#pragma once

#include <microhttpd.h>

#include "reconciler/api/answer.h"

namespace cowherd {

// How much is copied at once of what is being sent.
inline constexpr std::size_t kSentAtOnce = 16 << 10;

void put_header(MHD_Response* response, const char* name, const char* value);
// The text is shared by all that are being sent it; null when there is no memory for it.
MHD_Response* response_of(const ApiAnswer& answer);

}  // namespace cowherd
