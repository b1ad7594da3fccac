// SPDX-License-Identifier: Apache-2.0
// cowherd history: the revisions of a source that are kept. Read from the state directory, without a lock, a daemon or the
// server.
#include <cstdio>

#include "reconciler/commands/print_table.h"
#include "reconciler/commands/print_yaml.h"
#include "reconciler/commands/session.h"
#include "reconciler/commands/source_pins.h"
#include "reconciler/commands/sources.h"
#include "reconciler/commands/tell.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

std::string moment_or_nothing(Moment moment) {
  return moment == Moment{} ? "" : print_moment(std::chrono::floor<std::chrono::seconds>(moment));
}

std::string table_of(const std::vector<KnownRevision>& known) {
  std::vector<TextRow> rows;
  for (const KnownRevision& one : known) {
    const PastRevision& revision = one.revision;
    rows.push_back({revision.id.short7(), moment_or_nothing(revision.in_force_since), moment_or_nothing(revision.committed),
                    revision.author, revision.subject, one.standing});
  }
  return print_table({"REVISION", "SINCE", "COMMITTED", "AUTHOR", "SUBJECT", "STATUS"}, rows);
}

void set_unless_empty(Value& value, const char* key, const std::string& text) {
  if (!text.empty()) value.set(key, text);
}

Value list_of(const std::vector<KnownRevision>& known) {
  Value list = Value::list();
  for (const KnownRevision& one : known) {
    const PastRevision& revision = one.revision;
    Value value = Value::map();
    value.set("revision", revision.id.str());
    set_unless_empty(value, "inForceSince", moment_or_nothing(revision.in_force_since));
    set_unless_empty(value, "committed", moment_or_nothing(revision.committed));
    set_unless_empty(value, "author", revision.author);
    set_unless_empty(value, "subject", revision.subject);
    set_unless_empty(value, "signer", revision.signer);
    set_unless_empty(value, "status", one.standing);
    set_unless_empty(value, "message", one.message);
    list.add(std::move(value));
  }
  return list;
}

struct History {
  SourceStatus source{};
  std::vector<KnownRevision> known{};
};

Result<History> history_of(Session& session, const std::string& name) {
  const Declaration declared = session.world().source.load(session.clock().now());
  COWHERD_ASSIGN(const SourceStatus source, git_source_meant(declared, name));
  COWHERD_ASSIGN(std::vector<KnownRevision> known, read_revisions(session.files(), session.layout(), source));
  return History{source, std::move(known)};
}

}  // namespace

ExitCode history_command(const Options& options, const HistoryArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "history");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  const Result<History> history = history_of(*std::get<std::unique_ptr<Session>>(opened), arguments.source);
  if (!history) {
    tell(to_string(history.error()));
    return ExitCode::Failure;
  }
  if (arguments.output == OutputFormat::Json) {
    std::fputs(print_json(list_of(history->known), JsonStyle::Pretty).c_str(), stdout);
  } else if (arguments.output == OutputFormat::Yaml) {
    std::fputs(print_yaml(list_of(history->known)).c_str(), stdout);
  } else if (history->known.empty()) {
    tell("no revision of " + history->source.name.str() + " was in force yet");
  } else {
    std::fputs(table_of(history->known).c_str(), stdout);
  }
  return ExitCode::Done;
}

}  // namespace cowherd
