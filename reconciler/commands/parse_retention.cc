// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_retention.h"

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/snapshot_list.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

void RetentionCommandLine::add_to(CLI::App& app, Options& options) {
  CLI::App* retention = add_command(app, "retention", "What policies make of snapshots.");
  retention->require_subcommand(1);
  CLI::App* preview = add_command(*retention, "preview", "Tell what one policy alone would keep and remove, and why; does nothing.");
  preview->add_option("policy", given_.policy, "A manifest, - for standard input, or the name of a declared policy.")
      ->type_name("POLICY")
      ->required()
      ->check(not_empty());
  preview->add_option("--name", given_.name, "Which policy, of a manifest with several.")
      ->type_name("NAME")
      ->check(accepted_by(ResourceName::make));
  preview->add_option("--snapshots", given_.snapshots, "Decide on this JSON list, not on this host's snapshots.")
      ->type_name(kFileType)
      ->check(not_empty());
  preview->add_option("--at", at_, "As if it were this time, as in 2026-11-20T18:03:00Z. Default: now.")
      ->type_name("TIME")
      ->check(accepted_by(parse_time));
  preview->add_option("-o,--output", format_, "How to print.")->type_name("table|json")->check(one_of("table|json"));
  add_where(*preview, options, Where::All);
}

RetentionPreviewArguments RetentionCommandLine::preview() const {
  RetentionPreviewArguments arguments = given_;
  if (const Result<Moment> moment = parse_time(at_)) arguments.at = *moment;
  arguments.output = format_ == "json" ? OutputFormat::Json : OutputFormat::Table;
  return arguments;
}

}  // namespace cowherd
