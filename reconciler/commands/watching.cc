// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/watching.h"

#include <poll.h>

#include <algorithm>

#include "reconciler/commands/source_lines.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

namespace {

constexpr Span kLongestSettling{2000};

}  // namespace

Picture watch(Session& session) {
  World world = session.world();
  world.prune_delay = Span{0};
  const Moment begun = session.clock().now();
  Declaration first = world.source.load(begun);
  while (first.settling && first.looked_at - begun < kLongestSettling) {
    const Span rest = std::clamp(first.settle_until - first.looked_at, Span{1}, kLongestSettling);
    ::poll(nullptr, 0, static_cast<int>(rest.count()));  // nothing tells that a file has settled but time
    first = world.source.load(session.clock().now());
  }
  return take_picture(world, {});
}

ExitCode declared_code(const Declaration& declared) {
  if (!has_errors(declared.diagnostics) && declared.complete) {
    const bool all_ready = std::all_of(declared.sources.begin(), declared.sources.end(), [](const SourceStatus& one) { return one.ready; });
    return all_ready ? ExitCode::Done : ExitCode::Partly;
  }
  return declared.objects.empty() ? ExitCode::NothingValid : ExitCode::Partly;
}

void tell_doubts(const Picture& picture) {
  if (!picture.declared.problem.empty()) tell("manifests: " + picture.declared.problem);
  if (has_errors(picture.declared.diagnostics)) tell("some manifests are invalid; 'cowherd validate' tells which");
  tell_sources(picture.declared);
  for (const Error& error : picture.seen.store.unreadable) tell(to_string(error));
}

void tell_sources(const Declaration& declared) {
  for (const std::string& line : source_messages(declared.sources)) tell(line);
}

}  // namespace cowherd
