// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_snapshot.h"

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

namespace {

// Other software names its snapshots as it likes: any directory name will do.
Result<std::string> parse_snapshot_name(const std::string& text) {
  const bool is_name = !text.empty() && text.front() != '.' && text.find('/') == std::string::npos;
  if (is_name) return text;
  return fail(ErrorKind::Invalid, "'" + text + "' is no name of a snapshot");
}

}  // namespace

void SnapshotCommandLine::add_name(CLI::App& command) {
  command.add_option("name", name_, "The snapshot.")->type_name("SNAPSHOT")->required()->check(accepted_by(parse_snapshot_name));
}

void SnapshotCommandLine::add_to(CLI::App& app, Options& options) {
  CLI::App* verify = add_command(app, "verify", "Check what is kept in the state directory.");
  verify->require_subcommand(1);
  CLI::App* snapshot = add_command(*verify, "snapshot", "Read a snapshot whole and tell what is wrong with it; ends with 1 then.");
  add_name(*snapshot);
  add_where(*snapshot, options, Where::StateAndConfig);
  snapshot->add_option("-o,--output", format_, "How to print.")->type_name("text|json")->check(one_of("text|json"));

  CLI::App* flatten = add_command(app, "flatten", "Make one flat raw image of the disk of a snapshot.");
  add_name(*flatten);
  add_where(*flatten, options, Where::StateAndConfig);
  flatten->add_option("-o,--output", output_, "The image to make, outside the state directory.")
      ->type_name(kFileType)
      ->required()
      ->check(not_empty());
  flatten->add_flag_callback("--force", [this] { existing_ = ExistingOutput::Replace; }, "Replace a file that is there.");
}

VerifySnapshotArguments SnapshotCommandLine::verify() const {
  return {name_, format_ == "json" ? OutputFormat::Json : OutputFormat::Text};
}

}  // namespace cowherd
