// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/api_socket.h"

#include "reconciler/commands/settings.h"
#include "resources/files/linux_file_system.h"
#include "resources/store/state_dir.h"

namespace cowherd {

std::variant<std::string, SessionFailure> find_api_socket(const Options& given) {
  const auto options = with_defaults(given);
  if (!options) return SessionFailure{ExitCode::Configuration, to_string(options.error())};
  const auto config = read_config(*options);
  if (!config) return SessionFailure{ExitCode::Configuration, to_string(config.error())};
  if (!config->api_socket.empty()) return config->api_socket;
  LinuxFileSystem files;
  const auto id = read_state_dir(files, Layout(options->state_dir), read_this_host(files));
  if (id) return api_socket_of(*config, id->dir8());
  if (id.error().kind == ErrorKind::NotFound) {
    return SessionFailure{ExitCode::NoDaemon, "no daemon runs on '" + options->state_dir +
                                                  "': nothing is there yet; start one with 'cowherd run', or name another "
                                                  "directory (--state-dir)"};
  }
  const bool denied = id.error().kind == ErrorKind::Denied;
  return SessionFailure{denied ? ExitCode::Permission : ExitCode::Failure, to_string(id.error())};
}

}  // namespace cowherd
