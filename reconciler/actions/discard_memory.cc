// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/discard_memory.h"

namespace cowherd {

std::string DiscardMemory::describe() const {
  return consumed ? "remove the memory image of sandbox '" + name.str() + "', whose guest ran on"
                  : "move the kept memory of sandbox '" + name.str() + "' to trash";
}

Status DiscardMemory::precondition(Host& host) const {
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.known() && image->consumed != consumed) {
    return fail(ErrorKind::Stale, "the kept memory of sandbox '" + name.str() + "' changed since the plan");
  }
  return {};
}

Result<Effect> DiscardMemory::apply(Host& host, const BulkControl&) const {
  if (pause_now(host, uid).absent()) return Effect::Unchanged;
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  COWHERD_TRY(consumed ? host.store.remove_pause(identity) : host.store.trash_pause(identity));
  return Effect::Changed;
}

Status DiscardMemory::verify(Host& host) const {
  if (pause_now(host, uid).absent()) return {};
  return fail(ErrorKind::Failed, "the memory of sandbox '" + name.str() + "' is still there after it was taken away");
}

}  // namespace cowherd
