// SPDX-License-Identifier: Apache-2.0
// cowherd get: what there is and how it is. Looks for itself, beside a daemon or without one; writes nothing. Only -w asks
// the daemon.
#include <cstdio>
#include <map>

#include "reconciler/api/object_document.h"
#include "reconciler/commands/commands.h"
#include "reconciler/commands/get_watch.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/object_tables.h"
#include "reconciler/commands/print_yaml.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

struct Selection {
  std::optional<Kind> kind{};
  std::string name{};
};

std::vector<ObjectStatus> selected(const Picture& picture, const Selection& wanted) {
  std::vector<ObjectStatus> chosen;
  for (ObjectStatus& status : statuses_of(picture)) {
    if (wanted.kind && status.name.kind != *wanted.kind) continue;
    if (!wanted.name.empty() && status.name.name.str() != wanted.name) continue;
    chosen.push_back(std::move(status));
  }
  return chosen;
}

// One table per kind, headed by it when there are several.
std::string print_tables(const Picture& picture, const std::vector<ObjectStatus>& statuses, TableWidth width) {
  std::map<Kind, std::vector<ObjectStatus>> families;
  for (const ObjectStatus& status : statuses) families[status.name.kind].push_back(status);
  std::string text;
  for (const auto& [kind, family] : families) {
    if (families.size() > 1) text += (text.empty() ? "" : "\n") + std::string(to_string(kind)) + "\n";
    text += print_statuses(picture, family, width);
  }
  return text;
}

// Documents one after the other: a stream is a manifest again, a List is not.
std::string print_documents(const std::vector<ObjectStatus>& statuses) {
  std::string text;
  for (const ObjectStatus& status : statuses) text += (text.empty() ? "" : "---\n") + print_yaml(object_document(status));
  return text;
}

std::string print(const Picture& picture, const std::vector<ObjectStatus>& statuses, const GetArguments& arguments) {
  switch (arguments.output) {
    case OutputFormat::Json: {
      const bool one = !arguments.name.empty() && statuses.size() == 1;
      return print_json(one ? object_document(statuses.front()) : list_document(statuses), JsonStyle::Pretty);
    }
    case OutputFormat::Yaml: return print_documents(statuses);
    case OutputFormat::Wide: return print_tables(picture, statuses, TableWidth::Wide);
    case OutputFormat::Table:
    case OutputFormat::Text:
    case OutputFormat::Dot: break;
  }
  return print_tables(picture, statuses, TableWidth::Normal);
}

}  // namespace

ExitCode get_command(const Options& options, const GetArguments& arguments) {
  Selection wanted{std::nullopt, arguments.name};
  if (!arguments.kind.empty()) {
    const auto kind = parse_kind(arguments.kind);
    if (!kind) {
      tell(to_string(kind.error()));
      return ExitCode::Usage;
    }
    wanted.kind = *kind;
  }
  if (arguments.mode == GetMode::Watch) return watch_objects(options, wanted.kind, wanted.name, arguments.output);
  auto opened = Session::open(options, SessionMode::Watching, "get");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  const Picture picture = watch(*std::get<std::unique_ptr<Session>>(opened));
  tell_doubts(picture);
  const std::vector<ObjectStatus> statuses = selected(picture, wanted);
  if (statuses.empty() && !wanted.name.empty()) {
    tell(std::string(to_string(*wanted.kind)) + "/" + wanted.name +
         " is neither declared nor on this host; 'cowherd get' lists what is");
    return ExitCode::Failure;
  }
  std::fputs(print(picture, statuses, arguments).c_str(), stdout);
  if (statuses.empty()) {
    tell(wanted.kind ? "no " + std::string(to_string(*wanted.kind)) + " is declared or on this host"
                     : "nothing is declared and nothing is on this host");
  }
  return ExitCode::Done;
}

}  // namespace cowherd
