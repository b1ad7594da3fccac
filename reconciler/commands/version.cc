// SPDX-License-Identifier: Apache-2.0
// cowherd version: what this program is, was built with, and finds here. Versions of libraries come from the build, so
// that no header of theirs is included here.
#include "reconciler/commands/version.h"

#include <array>
#include <cstdio>
#include <utility>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/program_output.h"
#include "reconciler/commands/settings.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr Span kProgramAnswers{5000};

constexpr std::array<std::pair<const char*, const char*>, 6> kLibraries{{{"yaml-cpp", COWHERD_YAML_CPP_VERSION},
                                                                         {"libdevmapper", COWHERD_DEVMAPPER_VERSION},
                                                                         {"sqlite", COWHERD_SQLITE_VERSION},
                                                                         {"spdlog", COWHERD_SPDLOG_VERSION},
                                                                         {"fmt", COWHERD_FMT_VERSION},
                                                                         {"CLI11", COWHERD_CLI11_VERSION}}};

// "QEMU emulator version 7.2.22 (…)"; empty when there is none.
std::string qemu_version() {
  return first_line_of(qemu_binary(default_config()), {"--version"}, kProgramAnswers).value_or(std::string());
}

std::string print_text() {
  std::vector<TextRow> rows{{"cowherd", kVersion}};
  for (const auto& [name, number] : kLibraries) rows.push_back({name, number});
  const std::string qemu = qemu_version();
  rows.push_back({"qemu", qemu.empty() ? "not found; 'cowherd doctor' tells what to do" : qemu});
  return print_pairs(rows, "");
}

Value value() {
  Value libraries = Value::map();
  for (const auto& [name, number] : kLibraries) libraries.set(name, number);
  const std::string qemu = qemu_version();
  Value version = Value::map();
  version.set("version", kVersion);
  version.set("libraries", std::move(libraries));
  version.set("qemu", qemu.empty() ? Value() : Value(qemu));
  return version;
}

}  // namespace

ExitCode version_command(OutputFormat output) {
  std::fputs(output == OutputFormat::Json ? print_json(value(), JsonStyle::Pretty).c_str() : print_text().c_str(),
             stdout);
  return ExitCode::Done;
}

}  // namespace cowherd
