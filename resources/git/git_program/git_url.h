// SPDX-License-Identifier: Apache-2.0
// Addresses that git is given: never an option, a helper program ("ext::…") or a place for a password.
#pragma once

#include <string>
#include <string_view>

#include "resources/git/git_remote.h"

namespace cowherd {

struct GitUrl {
  std::string text{};    // as given
  std::string scheme{};  // https, http, ssh, git, file
  std::string user{};    // before the '@'; may be empty
  std::string host{};    // with the port where one is given; empty: file
  std::string path{};    // from its first slash
  bool operator==(const GitUrl&) const = default;
};

// Invalid, with a hint, for anything but SCHEME://[USER@]HOST[:PORT]/PATH and file:///PATH.
Result<GitUrl> parse_git_url(std::string_view text);

// "refs/heads/main", "refs/tags/v1"; Invalid for a name that git would not take for one (git-check-ref-format(1)), or for a
// Commit, whose name is no ref.
Result<std::string> full_ref(const GitRef& ref);

}  // namespace cowherd
