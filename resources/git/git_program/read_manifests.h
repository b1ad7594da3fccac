// SPDX-License-Identifier: Apache-2.0
// The manifests of a commit that was fetched, read from its objects: no file of it is ever made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "resources/git/git_program/git_output.h"
#include "resources/git/git_program/git_session.h"

namespace cowherd {

using Manifests = std::map<std::string, std::string>;  // text by path in the repository

// Corrupt: git cannot read what it fetched.
Result<std::variant<Manifests, Refusal>> read_manifests(GitSession& session, const CommitId& commit);

// Invalid for what is no directory of a repository: a slash at an end, "." and "..", what cannot be printed.
Status check_place_path(const std::string& path);

// What a listing of the place's directory holds: the manifests by the rules of a watched directory, or why none of it
// can be taken. above: what messages put before the entries' paths. Pure.
struct Listing {
  std::vector<TreeEntry> manifests{};
  std::string reason{};   // of a Refusal; empty: it can be taken
  std::string message{};
};
Listing choose_manifests(const std::vector<TreeEntry>& entries, const GitLimits& limits, const std::string& above = {});

}  // namespace cowherd
