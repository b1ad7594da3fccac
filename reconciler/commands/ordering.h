// SPDX-License-Identifier: Apache-2.0
// Hands an order to the daemon.
#pragma once

#include <optional>
#include <string>

#include "reconciler/api/order.h"
#include "reconciler/commands/exit_code.h"
#include "reconciler/commands/options.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

// Waits for its answer and says it, on stdout what was done. Nothing: no daemon answers.
std::optional<ExitCode> order_from_daemon(const Options& options, const Order& order, Span most);

// For an order that is carried out by the daemon or, where none answers, right here.
ExitCode order_or_perform(const Options& options, const Order& order, const std::string& command);

}  // namespace cowherd
