// SPDX-License-Identifier: Apache-2.0
// cowherd describe: one object with its conditions, host objects, what waits, what is planned and what happened.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/describe_object.h"
#include "reconciler/commands/elsewhere.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/settings.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"

namespace cowherd {

namespace {

constexpr int kMostEvents = 10;

}  // namespace

ExitCode describe_command(const Options& options, const std::string& object) {
  const auto name = parse_object_name(object);
  if (!name) {
    tell(to_string(name.error()));
    return ExitCode::Usage;
  }
  auto opened = Session::open(options, SessionMode::Watching, "describe");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Picture picture = watch(session);
  tell_doubts(picture);
  const auto events = session.catalog().events(to_string(*name), kMostEvents);
  if (!events) tell(to_string(events.error()));
  std::string text = told_elsewhere(picture.declared, *name, host_labels(session.config()));
  for (const ObjectStatus& status : statuses_of(picture)) {
    if (status.name != *name) continue;
    text += (text.empty() ? "" : "\n") + describe_object(picture, status, events.value_or(std::vector<Event>{}));
  }
  if (text.empty()) {
    tell(to_string(*name) + " is neither declared nor on this host; 'cowherd get' lists what is");
    return ExitCode::Failure;
  }
  std::fputs(text.c_str(), stdout);
  return ExitCode::Done;
}

}  // namespace cowherd
