// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/manual_page.h"

#include <utility>

#include "reconciler/commands/options.h"
#include "reconciler/commands/version.h"
#include "resources/kinds/roff.h"

namespace cowherd {

namespace {

using Items = std::vector<std::pair<std::string, std::string>>;

std::string items(const Items& all) {
  std::string text;
  for (const auto& [tag, doc] : all) text += roff_item(tag, doc);
  return text;
}

std::string synopsis(const CommandShape& command) {
  std::string line = "cowherd" + (command.name.empty() ? "" : " " + command.name);
  if (command.group) line += " COMMAND";
  for (const std::string& argument : command.arguments) {
    const bool repeats = argument.ends_with(kRepeats);
    line += " " + (repeats ? argument.substr(0, argument.size() - kRepeats.size()) + " ..." : argument);
  }
  return line;
}

bool is_common(const std::string& tag) { return tag == "--manifests" || tag == "--state-dir" || tag == "--config"; }

// Those that every command has are told once, for the program.
std::string options_of(const CommandShape& command) {
  Items all;
  for (const OptionShape& option : command.options) {
    std::string tag;
    for (const std::string& name : option.names) tag += (tag.empty() ? "" : ", ") + name;
    if (tag.find("--help") != std::string::npos || (is_common(tag) && !command.name.empty())) continue;
    all.emplace_back(tag + (option.value.empty() ? "" : " " + option.value), option.doc);
  }
  return items(all);
}

std::string commands(const std::vector<CommandShape>& shapes) {
  std::string text;
  for (const CommandShape& command : shapes) {
    if (command.name.empty()) continue;
    text += roff_subsection(synopsis(command)) + roff_paragraph(command.doc) + options_of(command);
  }
  return text;
}

std::string exit_status() {
  return roff_section("EXIT STATUS") +
         items({{"0", "Done."},
                {"1", "Failure."},
                {"2", "There is something to do (plan --detailed-exitcode)."},
                {"3", "Partly: some files are invalid, or not everything is as declared."},
                {"4", "A guard holds something back, or an approval is waited for."},
                {"5", "The time given was over; what was begun is finished by the next run."},
                {"64", "Usage."},
                {"65", "Nothing valid is declared; validate: any error; cow: the store is damaged."},
                {"75", "Another cowherd holds the state directory; it is named."},
                {"77", "Permission."},
                {"78", "The configuration is not valid."}});
}

std::string files() {
  return roff_section("FILES") +
         items({{kDefaultManifests, "What is declared, of root; of others $XDG_CONFIG_HOME/cowherd/manifests."},
                {std::string(kDefaultStateDir), "Disks, memory images, snapshots and templates, of root; of others "
                                                "$XDG_STATE_HOME/cowherd."},
                {kDefaultConfig, "The configuration; it may be missing."}});
}

}  // namespace

std::string command_manual(const std::vector<CommandShape>& shapes) {
  std::string text = roff_title("COWHERD", 1, kVersion, "cowherd manual") + roff_section("NAME") +
                     "cowherd \\- keeps microVM sandboxes as manifests declare them\n" + roff_section("SYNOPSIS") +
                     roff_bold("cowherd") + " [OPTIONS] COMMAND\n" + roff_section("DESCRIPTION");
  text += roff_paragraph(
      "cowherd keeps the templates, sandboxes and snapshots of one host as YAML manifests declare them. It looks at the kernel "
      "and the disk in each pass, computes a plan and carries it out; doing it twice changes nothing the second time, and it may "
      "be killed at any moment. `cowherd plan` shows what would be done and why, `cowherd apply` does it once, `cowherd run` is "
      "the daemon. Commands that only look take no lock and work beside it.");
  text += roff_section("OPTIONS");
  for (const CommandShape& command : shapes) {
    if (command.name.empty()) text += options_of(command);
  }
  text += roff_section("COMMANDS") + commands(shapes) + exit_status() + files();
  return text + roff_section("SEE ALSO") + roff_bold("cowherd.yaml") + "(5), " + roff_bold("dmsetup") + "(8), " +
         roff_bold("qemu-system-x86_64") + "(1)\n";
}

}  // namespace cowherd
