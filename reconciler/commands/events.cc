// SPDX-License-Identifier: Apache-2.0
// cowherd events: what happened, from the catalog, beside a daemon or without one. Watching asks SQLite for its data
// version, which changes with every commit of somebody else (PRAGMA data_version), and reads only then.
#include <poll.h>

#include <cstdio>

#include "reconciler/commands/event_list.h"
#include "reconciler/commands/operating.h"
#include "reconciler/commands/session.h"
#include "reconciler/commands/tell.h"
#include "resources/catalog/event_limits.h"
#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr int kBetweenLooksMs = 200;

// The catalog as it is now, and whether it has changed since. Another file may take its place: a damaged one is put aside.
struct OpenCatalog {
  std::unique_ptr<SqliteCatalog> catalog{};
  std::unique_ptr<Database> pulse{};
  FileId file{};
  std::int64_t version = 0;
};

Result<OpenCatalog> open_catalog(Session& session) {
  const std::string path = session.layout().catalog_file();
  OpenCatalog opened;
  COWHERD_ASSIGN(const FileStamp stamp, session.files().stat(path));
  COWHERD_ASSIGN(OpenedCatalog catalog, SqliteCatalog::open(path, DatabaseAccess::ReadOnly, session.clock().now()));
  COWHERD_ASSIGN(Database pulse, Database::open(path, DatabaseAccess::ReadOnly));
  COWHERD_ASSIGN(opened.version, pulse.integer("PRAGMA data_version"));
  opened.catalog = std::move(catalog.catalog);
  opened.pulse = std::make_unique<Database>(std::move(pulse));
  opened.file = stamp.id;
  return opened;
}

class Watch {
 public:
  Watch(Session& session, const EventsArguments& arguments) : session_(session), arguments_(arguments) {}

  // What is new since the last call; nothing where nothing was ever written.
  Result<std::vector<Event>> news_now();

 private:
  Result<bool> has_changed();

  Session& session_;
  const EventsArguments& arguments_;
  std::optional<OpenCatalog> opened_{};
  std::vector<Event> known_{};
};

Result<bool> Watch::has_changed() {
  const auto stamp = session_.files().stat(session_.layout().catalog_file());
  if (!stamp) return stamp.error().kind == ErrorKind::NotFound ? Result<bool>(false) : fail(stamp.error());
  if (!opened_ || opened_->file != stamp->id) {
    Result<OpenCatalog> opened = open_catalog(session_);
    if (!opened && opened.error().kind == ErrorKind::NotFound) return false;
    if (!opened) return fail(opened.error());
    opened_ = *std::move(opened);
    return true;
  }
  COWHERD_ASSIGN(const std::int64_t version, opened_->pulse->integer("PRAGMA data_version"));
  return std::exchange(opened_->version, version) != version;
}

Result<std::vector<Event>> Watch::news_now() {
  COWHERD_ASSIGN(const bool has_changed_now, has_changed());
  if (!has_changed_now) return std::vector<Event>{};
  COWHERD_ASSIGN(std::vector<Event> now, opened_->catalog->events(arguments_.object, static_cast<int>(kMostEvents)));
  std::vector<Event> fresh = news(known_, now);
  known_ = std::move(now);
  return fresh;
}

std::string print_lines(const std::vector<Event>& events, EventHeader header, OutputFormat output) {
  if (output != OutputFormat::Json) return print_events(events, header);
  std::string text;
  for (const Event& event : events) text += print_json(event_value(event), JsonStyle::Compact) + "\n";
  return text;
}

std::string print_all(const std::vector<Event>& events, OutputFormat output) {
  if (output != OutputFormat::Json) return print_events(events, EventHeader::Shown);
  Value list = Value::list();
  for (const Event& event : events) list.add(event_value(event));
  return print_json(list, JsonStyle::Pretty);
}

bool say(const std::string& text) { return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0; }

// Until it cannot be read or nobody listens any more.
ExitCode watch_events(Watch& watch, OutputFormat output) {
  EventHeader header = EventHeader::Shown;
  while (true) {
    const Result<std::vector<Event>> fresh = watch.news_now();
    if (!fresh) {
      tell(to_string(fresh.error()));
      return ExitCode::Failure;
    }
    if (!fresh->empty()) {
      if (!say(print_lines(*fresh, header, output))) return ExitCode::Failure;
      header = EventHeader::Left;
    }
    ::poll(nullptr, 0, kBetweenLooksMs);  // SQLite tells nobody that another process committed
  }
}

}  // namespace

ExitCode events_command(const Options& options, const EventsArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "events");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Watch watch(*std::get<std::unique_ptr<Session>>(opened), arguments);
  if (arguments.watch == WatchEvents::Yes) return watch_events(watch, arguments.output);
  const Result<std::vector<Event>> all = watch.news_now();
  if (!all) {
    tell(to_string(all.error()));
    return ExitCode::Failure;
  }
  if (all->empty()) tell("nothing has happened" + (arguments.object.empty() ? "" : " to " + arguments.object) + " that is still remembered");
  const bool is_shown = !all->empty() || arguments.output == OutputFormat::Json;
  return !is_shown || say(print_all(*all, arguments.output)) ? ExitCode::Done : ExitCode::Failure;
}

}  // namespace cowherd
