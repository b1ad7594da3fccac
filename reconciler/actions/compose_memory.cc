// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/compose_memory.h"

#include "reconciler/actions/compose_flat.h"

namespace cowherd {

Status ComposeMemory::precondition(Host& host) const {
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.absent()) return fail(ErrorKind::Stale, "no memory of sandbox '" + name.str() + "' is kept");
  return {};
}

Result<Effect> ComposeMemory::apply(Host& host, const BulkControl& control) const {
  COWHERD_ASSIGN(const std::string made, compose_flat(host, host.store.layout().memory_dir(uid), control));
  if (made.empty()) return Effect::Unchanged;
  if (control.tell) control.tell(made);
  return Effect::Changed;
}

Status ComposeMemory::verify(Host& host) const {
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  if (!image.has_flat) return fail(ErrorKind::Failed, "no flat image of sandbox '" + name.str() + "' after it was made");
  return {};
}

}  // namespace cowherd
