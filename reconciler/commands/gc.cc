// SPDX-License-Identifier: Apache-2.0
// cowherd gc: what goes, now and later, and why; without --dry-run one pass that does nothing but collect.
#include <cstdio>

#include "reconciler/commands/acting.h"
#include "reconciler/commands/collecting.h"
#include "reconciler/commands/commands.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/tell.h"
#include "reconciler/plan/link.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr Span kLongestPass = std::chrono::minutes{10};

Value to_value(const std::vector<Collecting>& rows) {
  Value list = Value::list();
  for (const Collecting& row : rows) {
    Value one = Value::map();
    one.set("when", row.when).set("what", row.what).set("why", row.why).set("bytes", static_cast<std::int64_t>(row.bytes.value));
    list.add(std::move(one));
  }
  return list;
}

std::string print_collecting(const std::vector<Collecting>& rows) {
  std::vector<TextRow> table;
  Bytes now;
  for (const Collecting& row : rows) {
    table.push_back({row.when, print_space(row.bytes), row.what, row.why});
    if (row.when == "now") now = now + row.bytes;
  }
  if (table.empty()) return "nothing is to be collected, now or later\n";
  return print_table({"WHEN", "BYTES", "WHAT", "WHY"}, table) + "\n" + print_space(now) + " now; what goes to trash gives its space back when it is purged\n";
}

void print_dry_run(const LineageView& view, const SpaceShares& shares, Span trash_grace, OutputFormat output) {
  std::vector<Collecting> rows = collecting_now(view, shares);
  for (Collecting& row : collecting_later(view, shares, trash_grace)) rows.push_back(std::move(row));
  const std::vector<std::string> held = held_back(view);
  if (output == OutputFormat::Json) {
    Value lines = Value::list();
    for (const std::string& line : held) lines.add(line);
    Value report = Value::map();
    report.set("collect", to_value(rows)).set("held", std::move(lines)).set("complete", view.walk.lineage.is_complete());
    std::fputs(print_json(report, JsonStyle::Pretty).c_str(), stdout);
    return;
  }
  std::fputs(print_collecting(rows).c_str(), stdout);
  for (const std::string& line : held) std::printf("stays: %s\n", line.c_str());
}

ExitCode dry_run(const Options& options, OutputFormat output) {
  auto opened = Session::open(options, SessionMode::Watching, "gc");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const LineageView view = view_lineage(session);
  const SpaceReport report = measure_space(session.files(), session.layout(), SpaceGrain::Objects);
  print_dry_run(view, report.shares, session.world().limits.trash_grace, output);
  for (const Error& error : report.unmeasured) tell(to_string(error) + "; the sizes are not whole");
  return ExitCode::Done;
}

Plan only_collecting(Plan plan) {
  std::vector<bool> drop;
  for (const Step& step : plan.steps) drop.push_back(!is_collecting(step.action));
  plan.steps = without(std::move(plan.steps), drop);
  return plan;
}

struct Collected {
  int done = 0;
  int failed = 0;
};

Collected carry_out(Session& session, const Wakeups& bell, Wakeups& wakeups, Plan plan) {
  ThreadWorkers workers;
  Executor executor(session.host(), session.catalog(), workers, session.lanes(), [&bell] { bell.notify(); });
  Reporter reporter(session.catalog(), session.clock());
  const Moment deadline = session.clock().now() + kLongestPass;
  executor.adopt(std::move(plan));
  Collected collected;
  while (true) {
    for (const Outcome& outcome : executor.collect()) {
      reporter.report(outcome);
      const bool is_done = outcome.kind == OutcomeKind::Done || outcome.kind == OutcomeKind::AlreadySo;
      ++(is_done ? collected.done : collected.failed);
      std::printf("%s %s\n", is_done ? "done  " : "failed", outcome.description.c_str());
      if (outcome.error) tell(to_string(*outcome.error));
    }
    executor.pump();
    if (executor.is_idle() || session.clock().now() >= deadline) return collected;
    (void)wakeups.wait(deadline - session.clock().now());
  }
}

}  // namespace

ExitCode gc_command(const Options& options, const GcArguments& arguments) {
  if (arguments.mode == GcMode::DryRun) return dry_run(options, arguments.output);
  auto wakeups = Wakeups::make();
  if (!wakeups) return tell(SessionFailure{ExitCode::Failure, to_string(wakeups.error())});
  auto opened = Session::open(options, SessionMode::Acting, "gc");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) {
    tell(*failure);
    if (failure->code == ExitCode::Locked) tell("a daemon collects by itself; 'cowherd gc --dry-run' shows what and when");
    return failure->code;
  }
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Picture picture = take_picture(session.world(), {});
  for (const std::string& note : picture.plan.notes) tell(note);
  const Collected collected = carry_out(session, **wakeups, **wakeups, only_collecting(picture.plan));
  std::printf("%d collected, %d failed\n", collected.done, collected.failed);
  leave(collected.failed == 0 ? ExitCode::Done : ExitCode::Failure);
}

}  // namespace cowherd
