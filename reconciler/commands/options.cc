// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/options.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace cowherd {

namespace {

// Relative paths in these variables are to be ignored (XDG Base Directory Specification 0.8).
std::string absolute_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

Result<std::string> below_home(const char* variable, const std::string& otherwise, const std::string& rest,
                               const std::string& flag) {
  const std::string base = absolute_variable(variable);
  if (!base.empty()) return base + rest;
  const std::string home = absolute_variable("HOME");
  if (!home.empty()) return home + otherwise + rest;
  return fail(ErrorKind::Invalid, "find a default for " + flag + ": neither $" + variable + " nor $HOME is set",
              "give " + flag);
}

Result<std::string> absolute(const std::string& path, const std::string& flag) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (error) {
    return fail(ErrorKind::Invalid, "make " + flag + " '" + path + "' absolute: " + error.message(),
                "give an absolute path");
  }
  std::string text = whole.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

Result<Options> with_defaults(Options given) {
  const bool root = ::geteuid() == 0;
  if (given.manifests.empty() && root) given.manifests = kDefaultManifests;
  if (given.state_dir.empty() && root) given.state_dir = kDefaultStateDir;
  if (given.manifests.empty()) {
    COWHERD_ASSIGN(given.manifests, below_home("XDG_CONFIG_HOME", "/.config", "/cowherd/manifests", "--manifests"));
  }
  if (given.state_dir.empty()) {
    COWHERD_ASSIGN(given.state_dir, below_home("XDG_STATE_HOME", "/.local/state", "/cowherd", "--state-dir"));
  }
  COWHERD_ASSIGN(given.manifests, absolute(given.manifests, "--manifests"));
  COWHERD_ASSIGN(given.state_dir, absolute(given.state_dir, "--state-dir"));
  if (!given.config.empty()) {
    COWHERD_ASSIGN(given.config, absolute(given.config, "--config"));
  }
  return given;
}

}  // namespace cowherd
