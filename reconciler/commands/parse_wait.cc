// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_wait.h"

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

void WaitCommandLine::add_to(CLI::App& app, Options& options) {
  CLI::App* wait = add_command(app, "wait", "Wait until objects are as asked for. Asks the daemon.");
  wait->add_option("object", objects_, "KIND/NAME, or several: all of them at the same time.")
      ->type_name("OBJECT")
      ->required()
      ->check(accepted_by(parse_object_name));
  wait->add_option("--for", awaited_, "condition=Ready, condition=Ready=False, or delete.")
      ->type_name("condition=TYPE|delete")
      ->required()
      ->check(accepted_by(parse_awaited));
  wait->add_option("--timeout", timeout_, "How long at most (default 60s).")->type_name("DURATION")->check(accepted_by(parse_span));
  add_where(*wait, options, Where::StateAndConfig);
}

WaitArguments WaitCommandLine::wait() const {
  WaitArguments arguments;
  for (const std::string& object : objects_) {
    if (const auto name = parse_object_name(object)) arguments.objects.push_back(*name);
  }
  arguments.condition = parse_awaited(awaited_).value_or(AwaitedCondition{});
  arguments.timeout = parse_span(timeout_).value_or(Span{});
  return arguments;
}

}  // namespace cowherd
