// SPDX-License-Identifier: Apache-2.0
// cowherd validate: what is wrong with manifests, before anything happens. Needs no state directory, no daemon, no root.
#include <algorithm>
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/tell.h"
#include "reconciler/source/load_paths.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

std::size_t count(const std::vector<Diagnostic>& diagnostics, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(diagnostics.begin(), diagnostics.end(),
                    [severity](const Diagnostic& diagnostic) { return diagnostic.severity == severity; }));
}

std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

void print_as_text(const LoadedManifests& loaded, const std::vector<std::string>& paths) {
  tell_diagnostics(loaded.diagnostics);
  if (loaded.files == 0 && loaded.diagnostics.empty()) {
    std::string where;
    for (const std::string& path : paths) where += (where.empty() ? "'" : "', '") + path;
    std::printf("no manifests found in %s'; they end in .yaml, .yml or .json\n", where.c_str());
    return;
  }
  std::printf("%s, %s: %s, %s\n", counted(loaded.files, "file").c_str(),
              counted(loaded.documents.size(), "valid document").c_str(),
              counted(count(loaded.diagnostics, Severity::Error), "error").c_str(),
              counted(count(loaded.diagnostics, Severity::Warning), "warning").c_str());
}

void print_as_json(const LoadedManifests& loaded) {
  Value diagnostics = Value::list();
  for (const Diagnostic& diagnostic : loaded.diagnostics) diagnostics.add(to_value(diagnostic));
  Value report = Value::map();
  report.set("files", static_cast<std::int64_t>(loaded.files));
  report.set("invalidFiles", static_cast<std::int64_t>(loaded.invalid_files));
  report.set("documents", static_cast<std::int64_t>(loaded.documents.size()));
  report.set("errors", static_cast<std::int64_t>(count(loaded.diagnostics, Severity::Error)));
  report.set("warnings", static_cast<std::int64_t>(count(loaded.diagnostics, Severity::Warning)));
  report.set("diagnostics", std::move(diagnostics));
  std::fputs(print_json(report, JsonStyle::Pretty).c_str(), stdout);
}

}  // namespace

ExitCode validate_command(const Options& given, const ValidateArguments& arguments) {
  std::vector<std::string> paths = arguments.paths;
  if (paths.empty()) {
    const auto options = with_defaults(given);
    if (!options) {
      tell(to_string(options.error()));
      return ExitCode::Configuration;
    }
    paths.push_back(options->manifests);
  }
  const LoadedManifests loaded = load_paths(paths);
  if (arguments.output == OutputFormat::Json) {
    print_as_json(loaded);
  } else {
    print_as_text(loaded, paths);
  }
  return has_errors(loaded.diagnostics) ? ExitCode::NothingValid : ExitCode::Done;
}

}  // namespace cowherd
