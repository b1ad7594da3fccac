// SPDX-License-Identifier: Apache-2.0
// A place that manifests come from beside the manifest directory: a document of kind Source in the configuration, never
// among the manifests.
#pragma once

#include <string>
#include <string_view>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

inline constexpr std::string_view kSourceKind = "Source";

enum class RewritesSetting { Refuse, Allow };

// Exactly one of directory_path and git_url.
struct SourceConfig {
  ResourceName name{};                      // metadata.name
  std::string directory_path{};             // directory.path
  std::string git_url{};                    // git.url: https, ssh, file; http and git where signatures are asked for or on this host
  std::string git_branch{};                 // exactly one of git.branch,
  std::string git_tag{};                    //   git.tag
  std::string git_commit{};                 //   and git.commit
  std::string git_path{};                   // git.path, empty: the root of the repository
  Span git_interval{};                      // git.interval
  Span git_timeout{};                       // git.timeout
  RewritesSetting git_rewrites = RewritesSetting::Refuse;  // git.rewrites
  std::string username{};                   // git.auth.username
  std::string password_file{};              // git.auth.passwordFile
  ResourceName password_credential{};       // git.auth.passwordCredential
  std::string ssh_key_file{};               // git.auth.sshKeyFile
  ResourceName ssh_key_credential{};        // git.auth.sshKeyCredential
  std::string known_hosts_file{};           // git.auth.knownHostsFile
  std::string ca_file{};                    // git.auth.caFile
  std::string allowed_signers_file{};       // git.verify.allowedSignersFile
  std::string gpg_keyring_file{};           // git.verify.gpgKeyringFile
  std::string webhook_secret_file{};        // git.webhook.secretFile
  ResourceName webhook_secret_credential{}; // git.webhook.secretCredential
  bool operator==(const SourceConfig&) const = default;
};

}  // namespace cowherd
