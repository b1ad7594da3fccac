// SPDX-License-Identifier: Apache-2.0
// Texts that name a repository and what is in it: URLs as git takes them, refs by git-check-ref-format(1), whole names of
// commits, paths. Everything that git could take for an option, a helper program or a way out of the repository is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/kinds/field.h"

namespace cowherd {

// Precondition: RepositoryUrl, RefName, CommitName, RepositoryPath or UserName. pattern_of says the same of each.
FieldReading read_repository_text(FieldType type, const std::string& text);

struct RepositoryUrl {
  std::string scheme{};     // https, http, ssh, git, file
  std::string user_info{};  // what stands before '@'
  std::string host{};       // an IPv6 address with its brackets; empty: file
  std::string port{};
  std::string path{};       // from its '/' on
  bool operator==(const RepositoryUrl&) const = default;
};

// Nothing for a text that read_repository_text refuses, whatever its length.
std::optional<RepositoryUrl> parse_repository_url(std::string_view text);
// localhost, 127.0.0.0/8 and ::1: what is sent there does not leave this host.
bool is_loopback(const RepositoryUrl& url);

}  // namespace cowherd
