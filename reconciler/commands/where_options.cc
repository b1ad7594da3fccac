// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/where_options.h"

#include "reconciler/commands/argument_checks.h"

namespace cowherd {

CLI::App* add_command(CLI::App& above, const std::string& name, const std::string& doc) {
  CLI::App* command = above.add_subcommand(name, doc);
  command->set_help_flag("-h,--help", "Show this and stop.");
  command->footer("");  // not the program's
  return command;
}

CLI::App* add_command(CLI::App& above, Options& options, Where where, const std::string& name, const std::string& doc) {
  CLI::App* command = add_command(above, name, doc);
  add_where(*command, options, where);
  return command;
}

void add_where(CLI::App& app, Options& options, Where where) {
  if (where == Where::Manifests || where == Where::All) {
    app.add_option("--manifests", options.manifests,
                   "Where the manifests are (default " + std::string(kDefaultManifests) +
                       "; without root below ~/.config).")
        ->type_name(kDirectoryType)
        ->check(not_empty());
  }
  if (where == Where::State || where == Where::StateAndConfig || where == Where::All) {
    app.add_option("--state-dir", options.state_dir,
                   "Where disks and memory are (default " + std::string(kDefaultStateDir) +
                       "; without root below ~/.local/state).")
        ->type_name(kDirectoryType)
        ->check(not_empty());
  }
  if (where == Where::StateAndConfig || where == Where::All) {
    app.add_option("--config", options.config, "The configuration (default " + std::string(kDefaultConfig) + ").")
        ->type_name(kFileType)
        ->check(not_empty());
  }
}

}  // namespace cowherd
