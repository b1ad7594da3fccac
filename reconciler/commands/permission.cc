// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/permission.h"

#include <unistd.h>

#include <cerrno>

#include "reconciler/commands/tell.h"

namespace cowherd {

ExitCode ask_permission(const Options& given) {
  const auto options = with_defaults(given);
  if (!options) return ExitCode::Done;  // the command says it
  for (const std::string& directory : {options->manifests, options->state_dir}) {
    if (::access(directory.c_str(), R_OK | X_OK) == 0 || errno != EACCES) continue;
    tell("open '" + directory + "': permission denied; run as its owner or as root, or name another directory "
         "(--manifests, --state-dir)");
    return ExitCode::Permission;
  }
  return ExitCode::Done;
}

}  // namespace cowherd
