// SPDX-License-Identifier: Apache-2.0
// cowherd plan: what would happen, in which order and why; from the same code that does it. Touches nothing.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/elsewhere.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "reconciler/plan/print.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

bool waits_for_somebody(const Plan& plan) {
  for (const Blocked& blocked : plan.blocked) {
    if (blocked.kind == BlockKind::Guard || blocked.kind == BlockKind::Approval) return true;
  }
  return false;
}

ExitCode code_of(const Picture& picture, ExitCodeStyle style) {
  const bool detailed = style == ExitCodeStyle::Detailed;
  return worst_of({declared_code(picture.declared),
                   waits_for_somebody(picture.plan) || picture.declared.empty_hold ? ExitCode::Held : ExitCode::Done,
                   detailed && !picture.plan.steps.empty() ? ExitCode::Changes : ExitCode::Done});
}

void print(const Plan& plan, const Declaration& declared, OutputFormat format) {
  switch (format) {
    case OutputFormat::Json: std::fputs(print_json(to_value(plan), JsonStyle::Pretty).c_str(), stdout); return;
    case OutputFormat::Dot: std::fputs(print_graphviz(plan).c_str(), stdout); return;
    case OutputFormat::Table:
    case OutputFormat::Wide:
    case OutputFormat::Yaml:
    case OutputFormat::Text: std::fputs((print_plan(plan) + count_elsewhere(declared)).c_str(), stdout); return;
  }
}

}  // namespace

ExitCode plan_command(const Options& options, const PlanArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "plan");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  const Picture picture = watch(*std::get<std::unique_ptr<Session>>(opened));
  tell_diagnostics(picture.declared.diagnostics);
  if (!picture.declared.problem.empty()) tell("manifests: " + picture.declared.problem);
  tell_sources(picture.declared);
  print(picture.plan, picture.declared, arguments.output);
  return code_of(picture, arguments.exit_codes);
}

}  // namespace cowherd
