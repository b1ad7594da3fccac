// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_lineage.h"

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

void LineageCommandLine::add_to(CLI::App& app, Options& options) {
  const auto add_output = [this](CLI::App& command) {
    command.add_option("-o,--output", format_, "How to print.")->type_name("text|json")->check(one_of("text|json"));
  };
  CLI::App* why = add_command(app, options, Where::All, "why", "Tell what a thing is for, what keeps it and when it goes.");
  why->add_option("target", target_, "KIND/NAME, a path, a device, or the short handle of a base.")
      ->type_name("OBJECT|PATH")
      ->required()
      ->check(not_empty());
  CLI::App* tree = add_command(app, options, Where::All, "tree", "Show what stands on what, with sizes.");
  add_output(*tree);
  CLI::App* du = add_command(app, options, Where::All, "du", "Tell what everything takes, each block once.");
  add_output(*du);
  CLI::App* gc = add_command(app, options, Where::All, "gc", "Collect what nothing stands on, once; the daemon does it by itself.");
  gc->add_flag("--dry-run", dry_run_, "Only show what goes, now and later, and why.");
  add_output(*gc);
  CLI::App* catalog = add_command(app, "catalog", "The catalog: memory between passes, an index over the directories.");
  catalog->require_subcommand(1);
  add_command(*catalog, options, Where::All, "rebuild",
              "Read back from the directories what the catalog tells of them. History does not come back.");
}

}  // namespace cowherd
