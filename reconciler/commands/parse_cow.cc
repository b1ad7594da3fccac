// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_cow.h"

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

CLI::App* CowCommandLine::add(const std::string& name, const std::string& doc) { return add_command(*cow_, name, doc); }

void CowCommandLine::add_file(CLI::App& command, const std::string& name, std::string& into, const std::string& doc) {
  command.add_option(name, into, doc)->type_name(kFileType)->required()->check(not_empty());
}

void CowCommandLine::add_output(CLI::App& command) {
  command.add_option("-o,--output", output_format_, "How to print.")->type_name("text|json")->check(one_of("text|json"));
}

void CowCommandLine::add_to(CLI::App& app) {
  cow_ = add_command(app, "cow", "Look into, check, compare and flatten copy-on-write stores (rootfs.cow).");
  cow_->require_subcommand(1);
  const std::string size_doc = "Of the sandbox's disk, as in 10Gi.";

  CLI::App* inspect = add("inspect", "Tell what a store holds.");
  add_file(*inspect, "file", file_, "The store.");
  inspect->add_flag("--ranges", ranges_, "Print offset and length of every changed range instead, in bytes.");
  add_output(*inspect);

  CLI::App* verify = add("verify", "Check a store; ends with 65 when it is damaged.");
  add_file(*verify, "file", file_, "The store.");
  verify->add_option("--disk-size", size_, size_doc)->type_name("QUANTITY")->check(accepted_by(parse_quantity));
  add_output(*verify);

  CLI::App* diff = add("diff", "Tell where two stores on one base differ.");
  add_file(*diff, "first", file_, "A store.");
  add_file(*diff, "second", other_, "Another on the same base.");
  diff->add_flag("--ranges", ranges_, "Print offset, length and first, second or content of every difference instead.");
  add_output(*diff);

  CLI::App* merge = add("merge", "Make one flat raw image of a base image and a store.");
  merge->add_option("--base", base_, "The image the store stands on.")->type_name(kFileType)->required()->check(not_empty());
  merge->add_option("--size", size_, size_doc + " Default: the base's.")
      ->type_name("QUANTITY")
      ->check(accepted_by(parse_quantity));
  merge->add_flag("--rescue", rescue_, "Take what a store holds that the kernel gave up.");
  add_file(*merge, "file", file_, "The store.");
  add_file(*merge, "output", output_, "The image to make; it must not exist.");
  add_output(*merge);
}

std::optional<Bytes> CowCommandLine::size() const {
  if (size_.empty()) return std::nullopt;
  return parse_quantity(size_).value_or(Bytes{});
}

CowArguments CowCommandLine::arguments() const {
  const OutputFormat format = output_format_ == "json" ? OutputFormat::Json : OutputFormat::Text;
  const CowListing listing = ranges_ ? CowListing::Ranges : CowListing::Summary;
  const std::string command = cow_->get_subcommands().front()->get_name();
  if (command == "inspect") return CowInspectArguments{file_, listing, format};
  if (command == "verify") return CowVerifyArguments{file_, size(), format};
  if (command == "diff") return CowDiffArguments{file_, other_, listing, format};
  return CowMergeArguments{base_, file_, output_, size(), rescue_ ? InvalidStore::Rescue : InvalidStore::Refuse, format};
}

}  // namespace cowherd
