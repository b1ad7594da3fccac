// SPDX-License-Identifier: Apache-2.0
#include "resources/store/revision_users.h"

#include <filesystem>

namespace cowherd {

namespace {

// The state directory may have another name where the other software sees it; what a revision has below it, no other has.
bool is_image_of(const std::string& path, const std::string& template_name, const Digest& id) {
  const std::string tail = "/templates/" + template_name + "/" + id.str() + "/" + kRootfsFile;
  return std::filesystem::path(path).lexically_normal().string().ends_with(tail);
}

template <class Identity>
bool stands_on(const Fact<Identity>& identity, const std::string& template_name, const Digest& id) {
  return identity.known() && identity->template_name == template_name && identity->revision == id;
}

}  // namespace

RevisionUsers users_of_revision(const StoreContents& seen, const std::string& template_name, const Digest& id) {
  RevisionUsers users;
  for (const auto& [uid, identity] : seen.sandboxes) {
    if (stands_on(identity, template_name, id)) users.sandboxes.push_back(identity->name.str());
  }
  for (const auto& [name, identity] : seen.snapshots) {
    if (stands_on(identity, template_name, id)) users.snapshots.push_back(name);
  }
  for (const auto& [name, seed] : seen.seeds) {
    if (is_image_of(seed.base_image, template_name, id)) users.snapshots.push_back(name);
  }
  return users;
}

Status all_users_are_known(const StoreContents& seen) {
  if (!seen.unreadable.empty()) return fail(seen.unreadable.front());
  for (const auto& [uid, identity] : seen.sandboxes) {
    if (identity.unknown()) return fail(identity.why());
  }
  for (const auto& [name, identity] : seen.snapshots) {
    if (identity.unknown()) return fail(identity.why());
  }
  for (const auto& [name, seed] : seen.seeds) {
    if (seed.unreadable) return fail(*seed.unreadable);
  }
  return {};
}

}  // namespace cowherd
