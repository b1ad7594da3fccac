// SPDX-License-Identifier: Apache-2.0
// cowherd adopt-state-dir: a directory that was copied, restored or moved becomes this host's own, under a new id.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/tell.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/random.h"
#include "resources/store/lock.h"
#include "resources/store/state_dir.h"

namespace cowherd {

namespace {

// Adopting makes files in it: only in a directory that is one of ours.
bool looks_like_state_dir(FileSystem& files, const Layout& layout) {
  for (const std::string& path : {layout.id_file(), layout.sandboxes(), layout.templates()}) {
    if (files.stat(path)) return true;
  }
  return false;
}

ExitCode tell_failure(const Error& error) {
  tell(to_string(error));
  switch (error.kind) {
    case ErrorKind::Busy: return ExitCode::Locked;
    case ErrorKind::Denied: return ExitCode::Permission;
    case ErrorKind::Invalid:
    case ErrorKind::NotFound:
    case ErrorKind::Stale:
    case ErrorKind::Exhausted:
    case ErrorKind::Corrupt:
    case ErrorKind::Failed: break;
  }
  return ExitCode::Failure;
}

}  // namespace

ExitCode adopt_state_dir_command(const Options& given) {
  const auto options = with_defaults(given);
  if (!options) return tell_failure(options.error());
  LinuxFileSystem files;
  const Layout layout(options->state_dir);
  const auto directory = files.stat(layout.root());
  if (!directory) {
    return tell_failure(Error(directory.error()).with_hint("give --state-dir; 'cowherd run' makes a new one by itself"));
  }
  if (!looks_like_state_dir(files, layout)) {
    tell("'" + layout.root() + "' holds nothing of cowherd (no id, sandboxes or templates); nothing was changed: "
         "give --state-dir; 'cowherd run' makes a new one by itself");
    return ExitCode::Failure;
  }
  const auto lock = StateLock::take(layout.lock_file(), "adopt-state-dir");
  if (!lock) return tell_failure(lock.error());
  const ThisHost host = read_this_host(files);
  if (const auto present = read_state_dir(files, layout, host)) {
    std::printf("'%s' is this host's own already (id %s); nothing was changed\n", layout.root().c_str(),
                present->id.str().c_str());
    return ExitCode::Done;
  }
  const auto adopted = adopt_state_dir(files, layout, host, fresh_uid());
  if (!adopted) return tell_failure(adopted.error());
  std::printf("'%s' is this host's own now (id %s)\n", layout.root().c_str(), adopted->id.str().c_str());
  return ExitCode::Done;
}

}  // namespace cowherd
