// SPDX-License-Identifier: Apache-2.0
#include "reconciler/execute/workers.h"

#include <thread>

namespace cowherd {

void ThreadWorkers::run(std::function<void()> job) { std::thread(std::move(job)).detach(); }

}  // namespace cowherd
