// SPDX-License-Identifier: Apache-2.0
// cowherd source list: where manifests come from beside the manifest directory, and how that stands. Looks for itself,
// beside a daemon or without one, and asks no server.
#include <cstdio>

#include "reconciler/api/source_document.h"
#include "reconciler/commands/print_yaml.h"
#include "reconciler/commands/source_lines.h"
#include "reconciler/commands/sources.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "resources/files/json.h"

namespace cowherd {

ExitCode source_list_command(const Options& options, const SourceListArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "source");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  const Picture picture = watch(*std::get<std::unique_ptr<Session>>(opened));
  const std::vector<SourceStatus>& sources = picture.declared.sources;
  if (arguments.output == OutputFormat::Json) {
    std::fputs(print_json(source_list(sources), JsonStyle::Pretty).c_str(), stdout);
  } else if (arguments.output == OutputFormat::Yaml) {
    std::fputs(print_yaml(source_list(sources)).c_str(), stdout);
  } else if (sources.empty()) {
    tell("the configuration has no document of kind Source");
  } else {
    std::fputs(print_sources(sources, picture.now).c_str(), stdout);
  }
  return ExitCode::Done;
}

}  // namespace cowherd
