// SPDX-License-Identifier: Apache-2.0
// cowherd suspend: one file that holds back everything that would be done to an object. Takes no lock: the daemon finds
// it in its next look.
#include <algorithm>
#include <cstdio>

#include "reconciler/commands/operating.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "reconciler/daemon/status.h"
#include "resources/store/suspensions.h"

namespace cowherd {

namespace {

// Also what has only a name: a document that cannot be used, a record that cannot be read.
bool is_there(const Picture& picture, const ObjectName& object) {
  if (picture.declared.objects.contains(object) || picture.declared.holds(object)) return true;
  const std::string text = to_string(object);
  const std::vector<ObjectStatus> statuses = statuses_of(picture);
  return std::any_of(statuses.begin(), statuses.end(), [&](const ObjectStatus& status) { return status.name == object; }) ||
         std::any_of(picture.plan.blocked.begin(), picture.plan.blocked.end(),
                     [&](const Blocked& blocked) { return blocked.object == text; });
}

}  // namespace

ExitCode suspend_command(const Options& options, const SuspendArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "suspend");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const std::string object = to_string(arguments.object);
  if (!is_there(watch(session), arguments.object)) {
    tell(object + " is neither declared nor on this host; 'cowherd get' lists what is");
    return ExitCode::Failure;
  }
  const Status asked = suspend(session.files(), session.layout(), arguments.object, arguments.reason, session.clock().now());
  if (!asked) {
    tell(to_string(asked.error()));
    return asked.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  std::printf("suspended: %s; what is under way is finished, and nothing more is done to it until 'cowherd unsuspend %s'\n",
              object.c_str(), object.c_str());
  return ExitCode::Done;
}

}  // namespace cowherd
