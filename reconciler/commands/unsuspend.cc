// SPDX-License-Identifier: Apache-2.0
// cowherd unsuspend: takes back what `cowherd suspend` asked for. Needs neither the lock nor the object.
#include <cstdio>

#include "reconciler/commands/operating.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "resources/kinds/suspend_annotation.h"
#include "resources/store/suspensions.h"

namespace cowherd {

namespace {

// Where its document suspends it; "" when it does not.
std::string annotated_at(const Declaration& declared, const ObjectName& object) {
  const auto found = declared.objects.find(object);
  if (found == declared.objects.end() || !annotated_suspension(found->second.object.metadata)) return "";
  return to_string(found->second.spot);
}

}  // namespace

ExitCode unsuspend_command(const Options& options, const UnsuspendArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "unsuspend");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const std::string object = to_string(arguments.object);
  const Status taken_back = unsuspend(session.files(), session.layout(), arguments.object);
  if (!taken_back && taken_back.error().kind != ErrorKind::NotFound) {
    tell(to_string(taken_back.error()));
    return taken_back.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  const std::string spot = annotated_at(watch(session).declared, arguments.object);
  if (!spot.empty()) {
    tell(object + " is suspended by annotation " + std::string(kSuspendAnnotation) + " at " + spot +
         "; it goes on when its document does not say so any more");
    return ExitCode::Failure;
  }
  std::printf(taken_back ? "unsuspended: %s\n" : "%s is not suspended; nothing was done\n", object.c_str());
  return ExitCode::Done;
}

}  // namespace cowherd
