// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/sandbox_meant.h"

#include "reconciler/commands/kind_names.h"

namespace cowherd {

Result<ResourceName> parse_sandbox_name(const std::string& text) {
  if (text.find('/') == std::string::npos) return ResourceName::make(text);
  COWHERD_ASSIGN(const ObjectName object, parse_object_name(text));
  if (object.kind == Kind::Sandbox) return object.name;
  return fail(ErrorKind::Invalid, "'" + text + "' is no sandbox");
}

Result<SandboxIdentity> sandbox_meant(const StoreContents& contents, const std::string& text) {
  COWHERD_ASSIGN(const ResourceName name, parse_sandbox_name(text));
  const SandboxIdentity* newest = nullptr;
  for (const auto& [uid, identity] : contents.sandboxes) {
    if (!identity.known() || identity->name != name) continue;
    if (newest == nullptr || identity->created > newest->created) newest = &*identity;
  }
  if (newest != nullptr) return *newest;
  const std::string doubt = contents.unreadable.empty() ? "" : "; not everything could be read: " + to_string(contents.unreadable.front());
  return fail(ErrorKind::NotFound, "there is no sandbox '" + name.str() + "' on this host" + doubt,
              "'cowherd get sandboxes' lists them");
}

}  // namespace cowherd
