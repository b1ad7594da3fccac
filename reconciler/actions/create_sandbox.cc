// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/create_sandbox.h"

#include <algorithm>

#include "reconciler/actions/import_revision.h"

namespace cowherd {

std::string CreateSandbox::describe() const {
  const std::string source = identity.restored ? "snapshot '" + identity.restored->snapshot.str() + "'"
                                               : "template '" + identity.template_name + "'";
  return "create sandbox '" + identity.name.str() + "' from " + source;
}

Status CreateSandbox::precondition(Host& host) const {
  COWHERD_ASSIGN(const std::vector<SandboxIdentity> sandboxes, sandboxes_now(host));
  for (const SandboxIdentity& other : sandboxes) {
    if (other.name == identity.name) {
      return fail(ErrorKind::Stale, "sandbox '" + identity.name.str() + "' exists already");
    }
  }
  return {};
}

Result<Effect> CreateSandbox::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const RevisionIdentity revision,
                 identity.restored ? host.store.revision(identity.template_name, identity.revision)
                                   : revision_from_inputs(host, identity.template_name, template_inputs));
  if (identity.restored) {
    COWHERD_TRY(current_capture(host, identity.restored->snapshot, identity.restored->capture));
  }
  SandboxIdentity concrete = identity;
  concrete.revision = revision.id;
  if (identity.spec.disk_size && *identity.spec.disk_size < revision.image_size) {
    return fail(ErrorKind::Invalid,
                "disk.size " + print_quantity(*identity.spec.disk_size) + " is less than the template's image (" +
                    print_quantity(revision.image_size) + ")",
                "raise spec.resources.disk.size or leave it out");
  }
  concrete.disk_size = std::max(identity.disk_size, revision.image_size);
  COWHERD_TRY(host.store.create_sandbox(concrete));
  return Effect::Changed;
}

Status CreateSandbox::verify(Host& host) const {
  COWHERD_TRY(host.store.sandbox(identity.uid));
  return {};
}

}  // namespace cowherd
