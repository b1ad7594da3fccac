// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/ordering.h"

#include <cstdio>

#include "reconciler/api/answer.h"
#include "reconciler/api/http/client.h"
#include "reconciler/commands/api_socket.h"
#include "reconciler/commands/perform.h"
#include "reconciler/commands/permission.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

// The daemon looks first, and may wait for documents to settle.
constexpr Span kJudged = std::chrono::minutes{1};

ExitCode tell_reply(const HttpReply& reply) {
  const Result<Value> status = parse_json(reply.body);
  const std::string message = status ? string_at(*status, "message").value_or(reply.body) : reply.body;
  if (reply.code == 200) {
    std::fputs(message.c_str(), stdout);
    const Value* warned = status ? status->find_path("details.warned") : nullptr;
    const bool is_partly = warned != nullptr && warned->as_bool() != nullptr && *warned->as_bool();
    return is_partly ? ExitCode::Partly : ExitCode::Done;
  }
  tell(message);
  return reply.code == 403 ? ExitCode::Permission : ExitCode::Failure;
}

ExitCode perform_here(const Options& options, const Order& order, const std::string& command) {
  auto opened = Session::open(options, SessionMode::Watching, command);
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Result<std::string> done = perform(order, watch(session), session.files(), session.layout());
  if (!done) {
    tell(to_string(done.error()));
    return done.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  std::fputs(done->c_str(), stdout);
  return ExitCode::Done;
}

}  // namespace

std::optional<ExitCode> order_from_daemon(const Options& options, const Order& order, Span most) {
  const auto socket = find_api_socket(options);
  if (const auto* failure = std::get_if<SessionFailure>(&socket)) {
    const bool is_elsewhere = failure->code == ExitCode::NoDaemon || failure->code == ExitCode::Permission;
    return is_elsewhere ? std::nullopt : std::optional(tell(*failure));
  }
  const Result<HttpReply> reply = post(std::get<std::string>(socket), kOrdersPath, print_order(order), most);
  if (reply) return tell_reply(*reply);
  switch (reply.error().kind) {
    case ErrorKind::NotFound: return std::nullopt;
    case ErrorKind::Failed: return std::nullopt;  // it died meanwhile: what it did not do is done without it
    case ErrorKind::Busy: break;
    default: tell(to_string(reply.error())); return reply.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  if (is_look(order)) {
    tell("the daemon has not ended it within " + print_span(most) + "; it goes on");
  } else {
    tell("the daemon has not come to it within " + print_span(most) + ", and it was not done; give it again");
  }
  return ExitCode::Timeout;
}

ExitCode order_or_perform(const Options& options, const Order& order, const std::string& command) {
  if (const auto code = order_from_daemon(options, order, kJudged)) return *code;
  return with_permission(options, [&] { return perform_here(options, order, command); });
}

}  // namespace cowherd
