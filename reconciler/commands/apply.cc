// SPDX-License-Identifier: Apache-2.0
// cowherd apply: converge once, with its own two looks before anything is pruned, then exit.
#include <cstdio>

#include "reconciler/commands/acting.h"
#include "reconciler/commands/commands.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"

namespace cowherd {

namespace {

ExitCode code_of(const Reconciler& reconciler, LoopEnd end) {
  const Picture& picture = reconciler.picture();
  const Standing standing = reconciler.standing();
  bool anything_not_ready = standing == Standing::Stuck;
  for (const Blocked& blocked : picture.plan.blocked) {
    anything_not_ready = anything_not_ready || blocked.kind == BlockKind::Backoff || blocked.kind == BlockKind::Unknown;
  }
  return worst_of({end == LoopEnd::Stopped ? ExitCode::Failure : ExitCode::Done,
                   declared_code(picture.declared),
                   end == LoopEnd::TimedOut ? ExitCode::Timeout : ExitCode::Done,
                   standing == Standing::Held ? ExitCode::Held : ExitCode::Done,
                   anything_not_ready ? ExitCode::Partly : ExitCode::Done});
}

void tell_what_is_left(const Picture& picture) {
  for (const Blocked& blocked : picture.plan.blocked) {
    tell(blocked.object + ": " + blocked.reason + ": " + blocked.message);
  }
}

}  // namespace

ExitCode apply_command(const Options& options, const ApplyArguments& arguments) {
  auto begun = Acting::begin(options, "apply");
  if (const auto* failure = std::get_if<SessionFailure>(&begun)) return tell(*failure);
  Acting& acting = *std::get<std::unique_ptr<Acting>>(begun);
  const auto end = acting.loop().run_until_settled(arguments.timeout);
  if (!end) {
    tell(to_string(end.error()));
    leave(ExitCode::Failure);
  }
  const Picture& picture = acting.reconciler().picture();
  tell_doubts(picture);  // each finding stands in the log above
  tell_what_is_left(picture);
  if (*end == LoopEnd::Stopped) tell("stopped by a signal; the next apply goes on from here");
  if (*end == LoopEnd::TimedOut) tell("not everything converged within " + print_span(arguments.timeout));
  std::printf("%zu declared, %zu blocked\n", picture.declared.objects.size(), picture.plan.blocked.size());
  leave(code_of(acting.reconciler(), *end));
}

}  // namespace cowherd
