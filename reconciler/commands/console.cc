// SPDX-License-Identifier: Apache-2.0
// cowherd console: this terminal on a guest's serial console.
#include <unistd.h>

#include <csignal>

#include "reconciler/commands/console_link.h"
#include "reconciler/commands/operating.h"
#include "reconciler/commands/sandbox_session.h"
#include "reconciler/commands/settings.h"
#include "reconciler/commands/tell.h"
#include "resources/machine/qemu/console.h"
#include "resources/machine/qemu/runtime_dir.h"

namespace cowherd {

namespace {

constexpr Span kToBeServed = std::chrono::seconds{3};

// Where its VM listens, when one runs.
Result<std::string> serial_socket_of(Session& session, const SandboxIdentity& sandbox) {
  const auto machines = session.machines().look({sandbox.uid});
  const auto machine = machines.find(sandbox.uid);
  const bool lives = machine != machines.end() && machine->second.known() && machine->second->phase != MachinePhase::Dead;
  const bool is_unknown = machine != machines.end() && machine->second.unknown();
  if (is_unknown) return fail(machine->second.why());
  if (!lives) {
    return fail(ErrorKind::NotFound, "no VM of sandbox '" + sandbox.name.str() + "' runs",
                "'cowherd describe sandbox/" + sandbox.name.str() + "' tells why; 'cowherd logs " + sandbox.name.str() +
                    "' shows what it wrote");
  }
  return RuntimeDir(qemu_settings_of(session.config(), session.dir8()).runtime_dir, sandbox.uid).serial_socket();
}

Result<LinkEnded> attach_and_link(Session& session, const SandboxIdentity& sandbox, const HeldSignals& signals) {
  COWHERD_ASSIGN(const std::string path, serial_socket_of(session, sandbox));
  COWHERD_ASSIGN(UniqueFd socket, attach_console(path, kToBeServed));
  if (::isatty(STDIN_FILENO) == 1) {
    tell("attached to sandbox '" + sandbox.name.str() + "'; ^] detaches, Enter may wake it up");
  }
  return link_console(std::move(socket), signals);
}

ExitCode tell_end(const Result<LinkEnded>& ended, const std::string& sandbox) {
  if (!ended) {
    tell(to_string(ended.error()));
    return ended.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  if (ended->how == LinkEnd::Closed) tell("the VM of sandbox '" + sandbox + "' has ended");
  if (ended->how == LinkEnd::Detached && ::isatty(STDIN_FILENO) == 1) tell("detached");
  return ExitCode::Done;
}

}  // namespace

ExitCode console_command(const Options& options, const ConsoleArguments& arguments) {
  int signal = 0;
  ExitCode code = ExitCode::Failure;
  {
    const HeldSignals signals;
    auto opened = SandboxSession::open(options, "console", arguments.sandbox);
    if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
    const auto& [session, sandbox] = std::get<SandboxSession>(opened);
    const Result<LinkEnded> ended = attach_and_link(*session, sandbox, signals);
    code = tell_end(ended, sandbox.name.str());
    if (ended) signal = ended->signal;
  }
  if (signal != 0) ::raise(signal);
  return code;
}

}  // namespace cowherd
