// SPDX-License-Identifier: Apache-2.0
// cowherd verify snapshot: reads everything a snapshot is made of. It changes nothing and takes no lock.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/offline_store.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watch_work.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

void print_verdict(const VerifySnapshotArguments& arguments, const std::vector<std::string>& problems) {
  if (arguments.output == OutputFormat::Json) {
    Value list = Value::list();
    for (const std::string& problem : problems) list.add(problem);
    Value report = Value::map();
    report.set("snapshot", arguments.name).set("problems", std::move(list));
    std::fputs(print_json(report, JsonStyle::Pretty).c_str(), stdout);
    return;
  }
  for (const std::string& problem : problems) std::puts(problem.c_str());
  if (problems.empty()) std::printf("nothing wrong with snapshot '%s'\n", arguments.name.c_str());
}

}  // namespace

ExitCode verify_snapshot_command(const Options& options, const VerifySnapshotArguments& arguments) {
  auto opened = OfflineStore::open(options);
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  OfflineStore& offline = *std::get<std::unique_ptr<OfflineStore>>(opened);
  if (const Status there = offline.has_snapshot(arguments.name); !there) return tell_failure(there.error());
  const auto problems = watched("verify snapshot '" + arguments.name + "'", [&](const BulkControl& control) {
    return offline.store().verify_snapshot(arguments.name, control);
  });
  if (!problems) return tell_failure(problems.error());
  print_verdict(arguments, *problems);
  return problems->empty() ? ExitCode::Done : ExitCode::Failure;
}

}  // namespace cowherd
