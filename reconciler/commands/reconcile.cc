// SPDX-License-Identifier: Apache-2.0
// cowherd reconcile now: asks the daemon for a full look, waits until what that began has ended, and tells what it did.
#include <poll.h>

#include <cstdio>

#include "reconciler/commands/doctor_checks.h"
#include "reconciler/commands/event_list.h"
#include "reconciler/commands/operating.h"
#include "reconciler/commands/session.h"
#include "reconciler/commands/tell.h"
#include "resources/catalog/event_limits.h"
#include "resources/files/random.h"
#include "resources/store/look_requests.h"

namespace cowherd {

namespace {

constexpr int kBetweenLooksMs = 50;

enum class Answer { Done, NoDaemon, TimedOut };

// The request goes with an answer, or with us.
Answer wait_for_answer(Session& session, const std::string& request, Span most) {
  const Moment deadline = session.clock().now() + most;
  while (true) {
    const bool has_daemon = is_watched_over(session.files(), session.layout().lock_file());
    const auto there = session.files().stat(request);
    if (!there && there.error().kind == ErrorKind::NotFound) return Answer::Done;
    const bool is_late = session.clock().now() >= deadline;
    if (is_late || !has_daemon) {
      (void)session.files().remove(request);
      return has_daemon ? Answer::TimedOut : Answer::NoDaemon;
    }
    ::poll(nullptr, 0, kBetweenLooksMs);  // the answer is the absence of a file
  }
}

std::vector<Event> remembered(Session& session) {
  return session.catalog().events("", static_cast<int>(kMostEvents)).value_or(std::vector<Event>{});
}

ExitCode tell_deeds(const std::vector<Event>& deeds) {
  std::fputs(deeds.empty() ? "nothing to do\n" : print_events(deeds, EventHeader::Shown).c_str(), stdout);
  for (const Event& event : deeds) {
    if (event.type == EventType::Warning) return ExitCode::Partly;
  }
  return ExitCode::Done;
}

ExitCode no_daemon() {
  tell("no cowherd watches over this state directory; 'cowherd apply' does once what there is to do");
  return ExitCode::NoDaemon;
}

}  // namespace

ExitCode reconcile_command(const Options& options, const ReconcileArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "reconcile");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  if (!is_watched_over(session.files(), session.layout().lock_file())) return no_daemon();
  const std::vector<Event> before = remembered(session);
  const Result<std::string> request = request_look(session.files(), session.layout(), fresh_uid());
  if (!request) {
    tell(to_string(request.error()));
    return request.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  switch (wait_for_answer(session, *request, arguments.timeout)) {
    case Answer::Done: return tell_deeds(news(before, remembered(session)));
    case Answer::NoDaemon: return no_daemon();
    case Answer::TimedOut: break;
  }
  tell("what the look began has not ended within " + print_span(arguments.timeout) + "; it goes on");
  return ExitCode::Timeout;
}

}  // namespace cowherd
