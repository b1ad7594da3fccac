// SPDX-License-Identifier: Apache-2.0
// What a command that is about one sandbox works with.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "reconciler/commands/session.h"
#include "resources/store/identity.h"

namespace cowherd {

struct SandboxSession {
  std::unique_ptr<Session> session{};  // Watching
  SandboxIdentity sandbox{};

  // sandbox: as sandbox_meant takes it.
  static std::variant<SandboxSession, SessionFailure> open(const Options& options, const std::string& command,
                                                           const std::string& sandbox);
};

}  // namespace cowherd
