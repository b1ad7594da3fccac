// SPDX-License-Identifier: Apache-2.0
// A repository as the git program reads it. Every git runs confined: an environment made from nothing, no settings of this
// host or of the repository, one protocol, a user of its own where this process is root, no capability, only its own
// directory to write to, bounds on time, memory and size. Nothing is checked out, and nothing of a call stays but its answer.
#pragma once

#include "resources/git/git_remote.h"

namespace cowherd {

struct GitProgramSettings {
  std::string program = "/usr/bin/git";
  std::string work_root{};  // absolute, its parent exists; a directory of ours alone
  std::string user = "cowherd-git";  // whom git runs as where this process is root; empty: as this process
  GitLimits limits{};
};

class GitProgram final : public GitRemote {
 public:
  explicit GitProgram(GitProgramSettings settings);
  Result<CommitId> tip(const GitPlace& place, std::stop_token stop) override;
  Result<Fetched> fetch(const GitPlace& place, const CommitId& tip, const CommitId& in_force, std::stop_token stop) override;

 private:
  GitProgramSettings settings_;
};

}  // namespace cowherd
