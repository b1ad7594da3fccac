// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/update_sandbox.h"

namespace cowherd {

std::string UpdateSandbox::describe() const { return "record in sandbox '" + to.name.str() + "': " + what; }

Status UpdateSandbox::precondition(Host& host) const {
  COWHERD_ASSIGN(const SandboxIdentity now, current_identity(host, to.uid));
  if (now != from && now != to) {
    return fail(ErrorKind::Stale, "the identity of sandbox '" + to.name.str() + "' changed since the plan");
  }
  return {};
}

Result<Effect> UpdateSandbox::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const SandboxIdentity now, current_identity(host, to.uid));
  if (now == to) return Effect::Unchanged;
  COWHERD_TRY(host.store.update_sandbox(to));
  return Effect::Changed;
}

Status UpdateSandbox::verify(Host& host) const {
  COWHERD_ASSIGN(const SandboxIdentity now, current_identity(host, to.uid));
  if (now != to) return fail(ErrorKind::Failed, "sandbox.json of '" + to.name.str() + "' does not say what was written");
  return {};
}

}  // namespace cowherd
