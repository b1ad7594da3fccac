// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_sources.h"

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

void SourceCommandLine::add_source(CLI::App& command, const std::string& doc) {
  command.add_option("source", source_, doc)->type_name("SOURCE")->check(accepted_by(ResourceName::make));
}

void SourceCommandLine::add_output(CLI::App& command) {
  command.add_option("-o,--output", format_, "How to print.")->type_name("table|json|yaml")->check(one_of("table|json|yaml"));
}

void SourceCommandLine::add_to(CLI::App& app, Options& options) {
  CLI::App* source = add_command(app, "source", "Where manifests come from beside the manifest directory.");
  source->require_subcommand(1);
  list_ = add_command(*source, options, Where::All, "list", "List the sources and how they stand.");
  add_output(*list_);
  CLI::App* reconcile = add_command(*source, options, Where::All, "reconcile",
                                    "Have the daemon look at a source's server now, wait for what that brings, and tell.");
  add_source(*reconcile, "Which source.");
  reconcile->get_option("source")->required();
  reconcile->add_option("--timeout", timeout_, "How long to wait (default 5m).")->type_name("DURATION")->check(accepted_by(parse_span));

  const std::string which = "Which source; may be left out where only one follows a repository.";
  CLI::App* history = add_command(app, options, Where::All, "history", "List the revisions of a source that are kept.");
  add_source(*history, which);
  add_output(*history);
  CLI::App* rollback = add_command(app, options, Where::All, "rollback",
                                   "Keep a source at a revision that is kept, until unsuspend. Works beside the daemon.");
  add_source(*rollback, which);
  rollback->add_option("--to", revision_, "The revision: at least 4 of its first digits.")
      ->type_name("REVISION")
      ->required()
      ->check(not_empty());
  rollback->add_option("--reason", reason_, "Why, for those who come upon it.")->type_name("TEXT");
}

OutputFormat SourceCommandLine::output() const {
  return format_ == "json" ? OutputFormat::Json : format_ == "yaml" ? OutputFormat::Yaml : OutputFormat::Table;
}

void SourceCommandLine::put(const std::string& command, Invocation& made) const {
  if (command == "source" && list_->parsed()) made.what = SourceListArguments{output()};
  if (command == "source" && !list_->parsed()) made.what = SourceReconcileArguments{source_, parse_span(timeout_).value_or(Span{})};
  if (command == "history") made.what = HistoryArguments{source_, output()};
  if (command == "rollback") made.what = RollbackArguments{source_, revision_, reason_};
}

}  // namespace cowherd
