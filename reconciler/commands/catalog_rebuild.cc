// SPDX-License-Identifier: Apache-2.0
// cowherd catalog rebuild: what the directories tell is put into the catalog again. Opening it does so by itself when the
// file is new or was damaged.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/session.h"
#include "reconciler/commands/tell.h"
#include "reconciler/daemon/rebuild_catalog.h"

namespace cowherd {

ExitCode catalog_rebuild_command(const Options& options) {
  auto opened = Session::open(options, SessionMode::Acting, "catalog rebuild");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const auto rebuilt = rebuild_catalog(session.catalog(), *session.index(), session.store().look(), session.clock().now());
  if (!rebuilt) return tell(SessionFailure{ExitCode::Failure, to_string(rebuilt.error())});
  std::printf("%zu captures and %zu bases read back\n", rebuilt->snapshots, rebuilt->bases);
  for (const Error& error : rebuilt->unread) tell("not whole: " + to_string(error));
  return rebuilt->unread.empty() ? ExitCode::Done : ExitCode::Failure;
}

}  // namespace cowherd
