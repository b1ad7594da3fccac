// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/sandbox_session.h"

#include "reconciler/commands/sandbox_meant.h"

namespace cowherd {

std::variant<SandboxSession, SessionFailure> SandboxSession::open(const Options& options, const std::string& command,
                                                                  const std::string& sandbox) {
  auto opened = Session::open(options, SessionMode::Watching, command);
  if (auto* failure = std::get_if<SessionFailure>(&opened)) return std::move(*failure);
  auto& session = std::get<std::unique_ptr<Session>>(opened);
  Result<SandboxIdentity> meant = sandbox_meant(session->store().look(), sandbox);
  if (!meant) return SessionFailure{ExitCode::Failure, to_string(meant.error())};
  return SandboxSession{std::move(session), *std::move(meant)};
}

}  // namespace cowherd
