// SPDX-License-Identifier: Apache-2.0
// The real world, put together once for a command: configuration, state directory, kernel, VMs, catalog, source.
// Watching takes no lock and writes nothing; Acting takes the state directory's lock for as long as it lives.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "reconciler/commands/exit_code.h"
#include "reconciler/commands/followed_sources.h"
#include "reconciler/commands/options.h"
#include "reconciler/daemon/picture.h"
#include "resources/catalog/catalog_index.h"
#include "reconciler/execute/executor.h"
#include "resources/kinds/config.h"

namespace cowherd {

enum class SessionMode { Watching, Acting };

// Why a session could not be opened: the code to exit with and what to say.
struct SessionFailure {
  ExitCode code = ExitCode::Failure;
  std::string message{};
};

class Session {
 public:
  // command: who takes the lock, told to whoever finds it taken.
  static std::variant<std::unique_ptr<Session>, SessionFailure> open(const Options& options, SessionMode mode,
                                                                     const std::string& command);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Options& options() const;
  const Config& config() const;
  const Layout& layout() const;
  // Of the state directory's id; empty while Watching one that has none yet.
  const std::string& dir8() const;
  FileSystem& files();
  Catalog& catalog();
  // Null where there is no catalog to write.
  CatalogIndex* index();
  Machines& machines();
  Store& store();
  FollowedSources& sources();
  Disks& disks();
  Clock& clock();
  // Everything a picture needs; valid as long as the session.
  World world();
  Host host();
  LaneLimits lanes() const;

 private:
  struct Parts;
  explicit Session(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cowherd
