// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/serving.h"

#include <grp.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "reconciler/commands/event_list.h"
#include "reconciler/commands/perform.h"
#include "reconciler/commands/settings.h"
#include "reconciler/commands/source_lines.h"
#include "reconciler/commands/source_meant.h"
#include "reconciler/commands/version.h"
#include "reconciler/observed/allocated_below.h"
#include "resources/catalog/event_limits.h"

namespace cowherd {

namespace {

// Looks come at least every `resync`; a busy host may be this much late.
constexpr Span kLate = std::chrono::minutes{1};
// Manifests that do not come to rest hold an order back for so long.
constexpr Span kSettles = std::chrono::seconds{5};

// Nothing without a group; an error when it is of no use.
Result<std::optional<gid_t>> group_of(const Config& config, const ResourceName& group, const std::string& field) {
  if (group.str().empty()) return std::optional<gid_t>{};
  if (config.api_socket.empty()) {
    return fail(ErrorKind::Invalid, "the configuration has " + field + " without api.socket: the runtime directory is closed to others",
                "name a socket in a directory that the group may enter, as in /run/cowherd.sock");
  }
  const ::group* found = ::getgrnam(group.str().c_str());
  if (found != nullptr) return std::optional<gid_t>{found->gr_gid};
  return fail(ErrorKind::Invalid, "the configuration names '" + group.str() + "' as " + field + ": there is no such group",
              "groupadd --system " + group.str());
}

void record(Session& session, const Event& event) {
  const Status recorded = session.catalog().add_event(event);
  if (!recorded) spdlog::warn("event not recorded, ignoring: {}", to_string(recorded.error()));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void tell_not_served(Session& session, const std::string& what, const Error& why) {
  const std::string told = what + " is not served until the next start: " + to_string(why);
  spdlog::error("{}", told);
  const Moment now = session.clock().now();
  record(session, {"Daemon", EventType::Warning, "ApiNotServed", told, now, now, 1});
}

// Null where none is asked for, or where it cannot be had and that is no fault of the configuration.
Result<std::unique_ptr<TcpDoor>> open_tcp(Session& session) {
  const Config& config = session.config();
  if (!config.api_port) return std::unique_ptr<TcpDoor>();
  auto door = TcpDoor::open({static_cast<std::uint16_t>(*config.api_port),
                             config.api_listen == ListenSetting::Any ? ListenOn::AnyAddress : ListenOn::Loopback, config.api_token_file});
  const bool is_taken = !door && door.error().kind == ErrorKind::Busy;
  if (!is_taken) return door;
  tell_not_served(session, "the API over TCP", door.error());
  return std::unique_ptr<TcpDoor>();
}

// A source whose credential is missing takes no webhook.
std::map<ResourceName, std::string> hook_secrets_of(Session& session) {
  std::map<ResourceName, std::string> secrets;
  for (const SourceConfig& source : session.config().sources) {
    const Result<std::string> file = webhook_secret_of(source);
    if (!file) tell_not_served(session, "the webhook of source '" + source.name.str() + "'", file.error());
    if (file && !file->empty()) secrets.emplace(source.name, *file);
  }
  return secrets;
}

LookReport report_of(const Picture& picture) {
  const Declaration& declared = picture.declared;
  const auto errors = std::count_if(declared.diagnostics.begin(), declared.diagnostics.end(),
                                    [](const Diagnostic& one) { return one.severity == Severity::Error; });
  // A file that is being saved is read in a moment; what it declared before is in force until then.
  return {picture.now, declared.complete || declared.settling, declared.problem, static_cast<std::size_t>(errors),
          declared.sources};
}

}  // namespace

std::variant<std::unique_ptr<Serving>, SessionFailure> Serving::begin(Session& session,
                                                                     std::function<void()> ask_for_look) {
  const Config& config = session.config();
  const auto admins = group_of(config, config.api_admin_group, "api.adminGroup");
  if (!admins) return SessionFailure{ExitCode::Configuration, to_string(admins.error())};
  const auto viewers = group_of(config, config.api_view_group, "api.viewGroup");
  if (!viewers) return SessionFailure{ExitCode::Configuration, to_string(viewers.error())};
  auto tcp = open_tcp(session);
  if (!tcp) return SessionFailure{ExitCode::Configuration, to_string(Error(tcp.error()).in("opening api.tcp of the configuration"))};
  ServerSettings settings;
  settings.socket = api_socket_of(config, session.dir8());
  settings.rules.own_uid = ::geteuid();
  settings.rules.admin_group = *admins;
  settings.rules.view_group = *viewers;
  settings.api = {kVersion, 2 * config.resync + kLate};
  settings.hook_secrets = hook_secrets_of(session);
  // Versions go on from the time: a daemon that starts again never gives out those of the one before.
  const auto first = static_cast<BoardVersion>(session.clock().now().time_since_epoch().count());
  std::unique_ptr<Serving> serving(new Serving(session, first, std::move(ask_for_look)));  // the constructor is private
  auto server = ApiServer::start(settings,
                                 {serving->board_, serving->desk_, serving->metrics_, session.clock(),
                                  [&source = session.world().source](const ResourceName& name) { return source.ask(name); }},
                                 *std::move(tcp));
  if (server) {
    serving->server_ = *std::move(server);
  } else {
    tell_not_served(session, "the API", server.error());
  }
  return serving;
}

Serving::Serving(Session& session, BoardVersion first, std::function<void()> ask_for_look)
    : session_(session),
      board_(first),
      ask_for_look_(std::move(ask_for_look)),
      desk_(ask_for_look_),
      metrics_({kVersion, session.world().limits, session.config().resync},
               [&files = session.files(), trash = session.layout().trash()](const std::string& entry) {
                 return allocated_below(files, trash + "/" + entry);
               }) {}

void Serving::look_ended(Reconciler& pass) {
  if (!server_) return;
  metrics_.count_pass(pass.picture(), pass.statuses(), session_.clock().now());
  board_.post(pass.statuses(), report_of(pass.picture()));
  carry_out_orders(pass);
  server_->wake();
}

// By a poll that began after the order. A source without a server, or that is not there, has nothing to answer.
bool Serving::has_polled(const WaitingOrder& waiting, const Declaration& declared) {
  const auto* order = std::get_if<SourceLookOrder>(&waiting.order);
  const SourceStatus* source = order == nullptr ? nullptr : find_source(declared, order->source);
  if (source == nullptr || (source->polled && *source->polled >= waiting.since)) return true;
  return !session_.world().source.ask(source->name);
}

// By a look that began after it came, of settled manifests: what was saved just before belongs to it.
bool Serving::is_judged(const WaitingOrder& waiting, const Reconciler& pass) {
  const Moment looked = pass.picture().now;
  const bool is_seen = waiting.since <= looked || waiting.looks > 1;
  const bool is_settled = pass.is_settled() || looked - waiting.since >= kSettles;
  const bool has_answered = has_polled(waiting, pass.picture().declared);
  if (!is_seen) ask_for_look_();
  return is_seen && is_settled && has_answered && !(is_look(waiting.order) && pass.is_busy());
}

void Serving::carry_out_orders(Reconciler& pass) {
  for (const WaitingOrder& waiting : desk_.after_look()) {
    if (!is_judged(waiting, pass)) continue;
    if (is_look(waiting.order)) {
      desk_.answer(waiting.ticket, tell_look(waiting, pass.picture()));
      continue;
    }
    pass.hold_the_rest();  // it may be a suspension
    ask_for_look_();
    desk_.answer(waiting.ticket, carry_out(waiting, pass.picture()));
  }
}

ApiAnswer Serving::carry_out(const WaitingOrder& waiting, const Picture& picture) {
  const std::string by = " (ordered by uid " + std::to_string(waiting.peer.uid) + ")";
  const Result<std::string> done = perform(waiting.order, picture, session_.files(), session_.layout());
  if (!done) {
    spdlog::warn("order refused: {}{}", to_string(done.error()), by);
    return failure_answer(done.error().kind == ErrorKind::Invalid ? 409 : done.error().kind == ErrorKind::NotFound ? 404 : 500,
                          to_string(done.error()));
  }
  for (const std::string& line : lines_of(*done)) {
    spdlog::info("{}{}", line, by);
    record(session_, {object_of(waiting.order, picture.declared), EventType::Normal, "Ordered", line + by, picture.now, picture.now, 1});
  }
  return success_answer(*done, Value::map());
}

// How the source stands that was asked for, and what was done since.
ApiAnswer Serving::tell_look(const WaitingOrder& waiting, const Picture& picture) {
  std::string told;
  bool warned = false;
  if (const auto* order = std::get_if<SourceLookOrder>(&waiting.order)) {
    const Result<SourceStatus> source = source_meant(picture.declared, order->source);
    if (!source) return failure_answer(404, to_string(source.error()));
    told = print_sources({*source}, picture.now);
    warned = !source->ready;
  }
  std::vector<Event> deeds = session_.catalog().events("", kMostEvents).value_or(std::vector<Event>{});
  std::erase_if(deeds, [&waiting](const Event& event) { return event.last < waiting.since; });
  warned = warned || std::any_of(deeds.begin(), deeds.end(), [](const Event& event) { return event.type == EventType::Warning; });
  told += deeds.empty() ? "nothing to do\n" : print_events(deeds, EventHeader::Shown);
  return success_answer(told, Value::map().set("warned", warned));
}

void Serving::count(const Wake& wake, const Executor& executor) {
  metrics_.count(wake);
  metrics_.show(executor.load());
}

void Serving::count(const Outcome& outcome) { metrics_.count(outcome); }

}  // namespace cowherd
