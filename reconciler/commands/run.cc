// SPDX-License-Identifier: Apache-2.0
// cowherd run: the daemon. Ends on SIGTERM or SIGINT and leaves every guest running; SIGHUP looks again.
#include <spdlog/spdlog.h>

#include "reconciler/commands/acting.h"
#include "reconciler/commands/commands.h"
#include "reconciler/commands/serving.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

ExitCode run_command(const Options& options) {
  auto begun = Acting::begin(options, "run");
  if (const auto* failure = std::get_if<SessionFailure>(&begun)) return tell(*failure);
  Acting& acting = *std::get<std::unique_ptr<Acting>>(begun);
  auto api = Serving::begin(acting.session(), [&acting] { acting.loop().ask_for_look(); });
  if (const auto* failure = std::get_if<SessionFailure>(&api)) return tell(*failure);
  auto& serving = std::get<std::unique_ptr<Serving>>(api);
  acting.loop().tell_looks_to([&serving](Reconciler& pass) { serving->look_ended(pass); });
  acting.loop().tell_wakes_to([&](const Wake& wake) { serving->count(wake, acting.executor()); });
  acting.loop().tell_outcomes_to([&serving](const Outcome& outcome) { serving->count(outcome); });
  spdlog::info("started manifests={} state_dir={}", acting.session().options().manifests,
               acting.session().layout().root());
  const Status ended = acting.loop().run();
  serving.reset();
  if (!ended) {
    spdlog::error("{}", to_string(ended.error()));
    leave(ExitCode::Failure);
  }
  spdlog::info("stopped; guests go on");
  leave(ExitCode::Done);
}

}  // namespace cowherd
