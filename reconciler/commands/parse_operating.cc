// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_operating.h"

#include <charconv>

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/sandbox_meant.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

namespace {

Result<std::size_t> parse_count(const std::string& text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return count;
  return fail(ErrorKind::Invalid, "'" + text + "' is not a count");
}

}  // namespace

void OperatingCommandLine::add_to(CLI::App& app, Options& options) {
  CLI::App* logs = add_command(app, options, Where::All, "logs", "Show what a guest wrote to its serial console.");
  CLI::App* console = add_command(app, options, Where::All, "console", "Attach to a guest's serial console; ^] detaches.");
  for (CLI::App* command : {logs, console}) {
    command->add_option("sandbox", sandbox_, "Which sandbox.")
        ->type_name("SANDBOX")
        ->required()
        ->check(accepted_by(parse_sandbox_name));
  }
  logs->add_flag("-f,--follow", follow_, "Go on, over restarts of the VM, until the sandbox is gone.");
  logs->add_option("--tail", tail_, "Only the last N lines of what is kept.")->type_name("N")->check(accepted_by(parse_count));

  CLI::App* events = add_command(app, options, Where::All, "events", "Tell what happened: steps, conditions, warnings.");
  events->add_flag("-w,--watch", watch_, "Go on and tell what happens.");
  events->add_option("--for", object_, "Only of this object or source, KIND/NAME.")->type_name("OBJECT|SOURCE")->check(accepted_by(parse_subject));
  events->add_option("-o,--output", format_, "How to print.")->type_name("table|json")->check(one_of("table|json"));

  CLI::App* suspend = add_command(app, options, Where::All, "suspend", "Have nothing done to an object, or a source stay as it is. Works beside the daemon.");
  CLI::App* unsuspend = add_command(app, options, Where::All, "unsuspend", "Have an object go on as it is declared, a source follow its repository. Works beside the daemon.");
  for (CLI::App* command : {suspend, unsuspend}) {
    command->add_option("object", object_, "Which object or source, KIND/NAME.")
        ->type_name("OBJECT|SOURCE")
        ->required()
        ->check(accepted_by(parse_subject));
  }
  suspend->add_option("--reason", reason_, "Why, for those who come upon it.")->type_name("TEXT");

  CLI::App* reconcile = add_command(app, "reconcile", "What the running daemon does.");
  reconcile->require_subcommand(1);
  CLI::App* now = add_command(*reconcile, options, Where::All, "now",
                              "Have the daemon look now, wait for what that begins, and tell what it did.");
  now->add_option("--timeout", timeout_, "How long to wait (default 5m).")->type_name("DURATION")->check(accepted_by(parse_span));
}

void OperatingCommandLine::put(const std::string& command, Invocation& made) const {
  if (command == "logs") {
    const auto tail = tail_.empty() ? std::nullopt : std::optional(parse_count(tail_).value_or(0));
    made.what = LogsArguments{sandbox_, follow_ ? FollowLog::Yes : FollowLog::No, tail};
  }
  if (command == "console") made.what = ConsoleArguments{sandbox_};
  if (command == "reconcile") made.what = ReconcileArguments{parse_span(timeout_).value_or(Span{})};
  const auto object = parse_subject(object_);
  if (command == "suspend" && object) made.what = SuspendArguments{*object, reason_};
  if (command == "unsuspend" && object) made.what = UnsuspendArguments{*object};
  if (command == "events") {
    made.what = EventsArguments{object.value_or(""), watch_ ? WatchEvents::Yes : WatchEvents::No,
                                format_ == "json" ? OutputFormat::Json : OutputFormat::Table};
  }
}

}  // namespace cowherd
