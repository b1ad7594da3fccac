// SPDX-License-Identifier: Apache-2.0
// The options every command understands, with the defaults of a system service (root) or of a person's own session.
#pragma once

#include <string>

#include "resources/vocabulary/result.h"

namespace cowherd {

struct Options {
  std::string manifests{};  // --manifests
  std::string state_dir{};  // --state-dir
  std::string config{};     // --config; empty: the default file, which may be missing
  bool operator==(const Options&) const = default;
};

// Fills what the command line left empty: /etc/cowherd/manifests and /var/lib/cowherd for root,
// $XDG_CONFIG_HOME/cowherd/manifests and $XDG_STATE_HOME/cowherd for others. Paths become absolute.
Result<Options> with_defaults(Options given);

inline constexpr const char* kDefaultConfig = "/etc/cowherd/cowherd.yaml";
inline constexpr const char* kDefaultManifests = "/etc/cowherd/manifests";  // of root
inline constexpr const char* kDefaultStateDir = "/var/lib/cowherd";         // of root

}  // namespace cowherd
