// SPDX-License-Identifier: Apache-2.0
// cowherd logs: what a guest wrote to its serial console, over the restarts of its VM. A terminal gets it as harmless text,
// everything else gets the bytes.
#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "reconciler/commands/harmless_text.h"
#include "reconciler/commands/operating.h"
#include "reconciler/commands/sandbox_session.h"
#include "reconciler/commands/serial_log.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

namespace {

constexpr int kBetweenLooksMs = 200;

class Output {
 public:
  // False when nobody can be written to any more.
  bool write(const std::string& bytes) { return put(is_terminal_ ? text_.take(bytes) : bytes); }
  bool end() { return put(is_terminal_ ? text_.rest() : ""); }

 private:
  static bool put(const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  }

  bool is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
  HarmlessText text_{};
};

// Until the sandbox is gone.
ExitCode follow(Session& session, const SandboxIdentity& sandbox, SerialLog& log, Output& output) {
  while (true) {
    const Result<std::string> more = log.more();
    if (!more) {
      tell(to_string(more.error()));
      return ExitCode::Failure;
    }
    if (!output.write(*more)) return ExitCode::Failure;
    const auto there = session.files().stat(session.layout().sandbox_dir(sandbox.uid));
    if (!there && there.error().kind == ErrorKind::NotFound) {
      (void)output.end();
      tell("sandbox '" + sandbox.name.str() + "' is gone");
      return ExitCode::Done;
    }
    ::poll(nullptr, 0, kBetweenLooksMs);  // the log is written by another process, which tells nobody
  }
}

}  // namespace

ExitCode logs_command(const Options& options, const LogsArguments& arguments) {
  auto opened = SandboxSession::open(options, "logs", arguments.sandbox);
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  const auto& [session, sandbox] = std::get<SandboxSession>(opened);
  SerialLog log(session->layout().sandbox_dir(sandbox.uid) + "/" + kSerialLog);
  const Result<std::string> kept = log.kept();
  if (!kept) {
    tell(to_string(kept.error()));
    return kept.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  Output output;
  if (!output.write(arguments.tail ? last_lines(*kept, *arguments.tail) : *kept)) return ExitCode::Failure;
  if (arguments.follow == FollowLog::Yes) return follow(*session, sandbox, log, output);
  if (kept->empty()) tell("sandbox '" + sandbox.name.str() + "' has written nothing yet");
  return output.end() ? ExitCode::Done : ExitCode::Failure;
}

}  // namespace cowherd
