// SPDX-License-Identifier: Apache-2.0
// cowherd approve: one file per approval, valid for what was seen and for nothing else. Takes no lock: the daemon goes on
// and finds it in its next look.
#include <cstdio>

#include "reconciler/commands/approvals_for.h"
#include "reconciler/commands/commands.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"

namespace cowherd {

namespace {

Result<std::vector<Approval>> meant(const Picture& picture, const ApproveArguments& arguments) {
  if (arguments.verb == "prune") return approvals_for_prune(picture);
  COWHERD_ASSIGN(const ObjectName object, parse_object_name(arguments.object));
  COWHERD_ASSIGN(Approval approval, approval_for(picture, arguments.verb, object));
  return std::vector<Approval>{std::move(approval)};
}

}  // namespace

ExitCode approve_command(const Options& options, const ApproveArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "approve");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Picture picture = watch(session);
  const auto approvals = meant(picture, arguments);
  if (!approvals) {
    tell(to_string(approvals.error()));
    return ExitCode::Failure;
  }
  if (approvals->empty()) {
    tell("no prune is held back; nothing was approved");
    return ExitCode::Done;
  }
  for (const Approval& approval : *approvals) {
    const Status written = approve(session.files(), session.layout(), approval);
    if (!written) {
      tell(to_string(written.error()));
      return written.error().kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
    }
    std::printf("approved: %s %s\n", approval.verb.c_str(), approval.object.c_str());
  }
  return ExitCode::Done;
}

}  // namespace cowherd
