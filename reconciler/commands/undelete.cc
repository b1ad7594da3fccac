// SPDX-License-Identifier: Apache-2.0
// cowherd undelete: asks for one trash entry to come back. Takes no lock: the daemon finds the request in its next look.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/trash_list.h"
#include "reconciler/commands/watching.h"
#include "resources/store/approvals.h"

namespace cowherd {

ExitCode undelete_command(const Options& options, const UndeleteArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "undelete");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Result<TrashEntry> entry = trash_entry_meant(watch(session), arguments.what);
  if (!entry) {
    tell(to_string(entry.error()));
    return ExitCode::Failure;
  }
  const Status asked = approve(session.files(), session.layout(), undelete_approval(entry->name));
  if (!asked) {
    tell(to_string(asked.error()));
    return asked.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
  }
  std::printf("asked for: %s from trash/%s; the daemon, or the next 'cowherd apply', brings it back\n",
              entry->object.c_str(), entry->name.c_str());
  return ExitCode::Done;
}

}  // namespace cowherd
