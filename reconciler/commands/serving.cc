// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/serving.h"

#include <grp.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

#include "reconciler/commands/settings.h"
#include "reconciler/commands/version.h"

namespace cowherd {

namespace {

// Looks come at least every `resync`; a busy host may be this much late.
constexpr Span kLate = std::chrono::minutes{1};

// Nothing without a group; an error when it is of no use.
Result<std::optional<gid_t>> view_group_of(const Config& config) {
  if (config.api_view_group.str().empty()) return std::optional<gid_t>{};
  if (config.api_socket.empty()) {
    return fail(ErrorKind::Invalid, "the configuration has api.viewGroup without api.socket: the runtime directory is closed to others",
                "name a socket in a directory that the group may enter, as in /run/cowherd.sock");
  }
  const ::group* found = ::getgrnam(config.api_view_group.str().c_str());
  if (found != nullptr) return std::optional<gid_t>{found->gr_gid};
  return fail(ErrorKind::Invalid, "the configuration names '" + config.api_view_group.str() + "' as api.viewGroup: there is no such group",
              "groupadd --system " + config.api_view_group.str());
}

void tell_not_served(Session& session, const Error& why) {
  const std::string told = "the API is not served until the next start: " + to_string(why);
  spdlog::error("{}", told);
  const Moment now = session.clock().now();
  const Status recorded = session.catalog().add_event({"Daemon", EventType::Warning, "ApiNotServed", told, now, now, 1});
  if (!recorded) spdlog::warn("event not recorded, ignoring: {}", to_string(recorded.error()));
}

LookReport report_of(const Picture& picture) {
  const Declaration& declared = picture.declared;
  const auto errors = std::count_if(declared.diagnostics.begin(), declared.diagnostics.end(),
                                    [](const Diagnostic& one) { return one.severity == Severity::Error; });
  // A file that is being saved is read in a moment; what it declared before is in force until then.
  return {picture.now, declared.complete || declared.settling, declared.problem, static_cast<std::size_t>(errors)};
}

}  // namespace

std::variant<std::unique_ptr<Serving>, SessionFailure> Serving::begin(Session& session) {
  const auto group = view_group_of(session.config());
  if (!group) return SessionFailure{ExitCode::Configuration, to_string(group.error())};
  ServerSettings settings;
  settings.socket = api_socket_of(session.config(), session.dir8());
  settings.rules.own_uid = ::geteuid();
  settings.rules.view_group = *group;
  settings.api = {kVersion, 2 * session.config().resync + kLate};
  // Versions go on from the time: a daemon that starts again never gives out those of the one before.
  const auto first = static_cast<BoardVersion>(session.clock().now().time_since_epoch().count());
  std::unique_ptr<Serving> serving(new Serving(first));  // the constructor is private
  auto server = ApiServer::start(settings, serving->board_, session.clock());
  if (server) {
    serving->server_ = *std::move(server);
  } else {
    tell_not_served(session, server.error());
  }
  return serving;
}

void Serving::post(const Reconciler& pass) {
  if (!server_) return;
  board_.post(pass.statuses(), report_of(pass.picture()));
  server_->wake();
}

}  // namespace cowherd
