// SPDX-License-Identifier: Apache-2.0
#include "resources/store/check_place.h"

namespace cowherd {

namespace {

constexpr const char* kHint = "a directory of the state directory was copied or renamed; move the copy away";

}  // namespace

Result<SandboxIdentity> check_place(Result<SandboxIdentity> identity, const Uid& directory) {
  if (!identity || identity->uid == directory) return identity;
  return fail(ErrorKind::Corrupt, "it is of uid " + identity->uid.str() + ", its directory says " + directory.str(),
              kHint);
}

Result<RevisionIdentity> check_place(Result<RevisionIdentity> identity, const std::string& template_directory,
                                     const Digest& directory) {
  if (!identity) return identity;
  if (identity->id == directory && identity->template_name.str() == template_directory) return identity;
  return fail(ErrorKind::Corrupt,
              "it is of template '" + identity->template_name.str() + "' revision " + identity->id.short12() +
                  ", its directory says '" + template_directory + "' " + directory.short12(),
              kHint);
}

Result<SnapshotIdentity> check_place(Result<SnapshotIdentity> identity, const std::string& directory) {
  if (!identity || identity->name.str() == directory) return identity;
  return fail(ErrorKind::Corrupt, "it is of snapshot '" + identity->name.str() + "', its directory says '" + directory + "'",
              kHint);
}

}  // namespace cowherd
