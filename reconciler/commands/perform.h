// SPDX-License-Identifier: Apache-2.0
// Carries out what people order besides editing manifests. A command does it itself where no daemon runs, else the daemon
// does it for the command: the same code in another process, where it also knows who ordered it.
#pragma once

#include <string>

#include "reconciler/api/order.h"
#include "reconciler/daemon/picture.h"
#include "resources/files/file_system.h"
#include "resources/store/layout.h"

namespace cowherd {

// What was done, a line each, by a durable file that the next look acts on. Invalid: what is to be done is not as ordered,
// and why. Precondition: the picture tells presence and absence for good; the order is no look.
Result<std::string> perform(const Order& order, const Picture& picture, FileSystem& files, const Layout& layout);

// What an order is about, "Sandbox/web" or "Source/fleet"; "Daemon" when it is about no single one.
std::string object_of(const Order& order, const Declaration& declared);

}  // namespace cowherd
