// SPDX-License-Identifier: Apache-2.0
// Long work of a command: on a terminal it shows how far it is; SIGINT and SIGTERM ask it to stop.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "resources/files/bulk.h"

namespace cowherd {

// Runs the work in a thread of its own, and waits for its end. Called before there is any other thread. An error: it was
// not begun.
Status watch_work(const std::string& description, const std::function<void(const BulkControl&)>& work);

// The same for work that has an outcome: "flatten" of type Result<FlattenReport>(const BulkControl&).
template <class Work>
auto watched(const std::string& description, Work work) -> decltype(work(BulkControl{})) {
  std::optional<decltype(work(BulkControl{}))> outcome;
  COWHERD_TRY(watch_work(description, [&](const BulkControl& control) { outcome = work(control); }));
  return *std::move(outcome);
}

}  // namespace cowherd
