// SPDX-License-Identifier: Apache-2.0
// Small pictures, as the lockless commands get them.
#pragma once

#include <string>

#include "reconciler/daemon/picture.h"
#include "tests/builders/worlds.h"

namespace cowherd::testing {

inline ObjectName sandbox_named(const std::string& name) { return {Kind::Sandbox, a_name(name)}; }
inline ObjectName template_named(const std::string& name) { return {Kind::Template, a_name(name)}; }

inline SandboxIdentity an_identity(const std::string& name) {
  SandboxIdentity identity;
  identity.uid = a_uid(name);
  identity.name = a_name(name);
  identity.origin = "web.yaml";
  identity.spec = a_sandbox(name).spec();
  identity.spec_hash = a_digest("spec of " + name);
  identity.template_name = "base";
  identity.revision = a_digest("revision of base");
  identity.disk_size = 1_GiB;
  identity.created = noon() - std::chrono::hours{3};
  return identity;
}

inline Picture an_empty_picture() {
  Picture picture;
  picture.now = noon();
  picture.declared.complete = true;
  return picture;
}

// The sandbox exists; nothing about it is declared, planned or held yet.
inline WantedSandbox& add_sandbox(Picture& picture, const std::string& name) {
  const SandboxIdentity identity = an_identity(name);
  picture.seen.store.sandboxes.emplace(identity.uid, identity);
  WantedSandbox wanted;
  wanted.identity = identity;
  wanted.present = identity;
  picture.wanted.sandboxes.push_back(wanted);
  return picture.wanted.sandboxes.back();
}

inline void hold_prune(Picture& picture, const ObjectName& object) {
  picture.plan.blocked.push_back({to_string(object), BlockKind::Guard, "PruneHeld", "too many", std::nullopt});
}

}  // namespace cowherd::testing
