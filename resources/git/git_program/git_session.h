// SPDX-License-Identifier: Apache-2.0
// Several runs of git over one repository of their own, thrown away with the object: confined, and together within one deadline.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "resources/git/git_program/git_failure.h"
#include "resources/git/git_program/git_program.h"
#include "resources/git/git_program/work_directory.h"
#include "resources/process/child_process.h"
#include "resources/process/deadline.h"

namespace cowherd {

inline constexpr const char* kSaysTooMuch = "TooLarge";  // reason of the error of a git whose output has no end

class GitSession {
 public:
  // The place's files are put into a fresh work directory; nothing is asked of the server. Errors as git_remote.h names them.
  static Result<GitSession> open(const GitProgramSettings& settings, const GitPlace& place, std::stop_token stop);

  // Runs git to its end. An error: it was not started, took too long (Busy), was told to stop, or took too much space or
  // said too much (Exhausted).
  Result<GitAnswer> ask(std::vector<std::string> arguments, const std::string& input = {});
  // The output of a git that has to succeed.
  Result<std::string> must(const std::string& doing, std::vector<std::string> arguments, const std::string& input = {});
  // Another program than git, with the same confinement.
  Result<GitAnswer> run(const std::string& program, std::vector<std::string> arguments, const std::string& input = {});

  const GitPlace& place() const { return *place_; }
  const GitUrl& url() const { return url_; }
  const GitLimits& limits() const { return settings_->limits; }
  WorkDirectory& work() { return work_; }

 private:
  GitSession(const GitProgramSettings& settings, const GitPlace& place, GitUrl url, std::optional<ChildUser> user, WorkDirectory work,
             std::stop_token stop);
  ChildProcess confined(const std::string& program) const;

  const GitProgramSettings* settings_;  // both outlive the session
  const GitPlace* place_;
  GitUrl url_;
  std::optional<ChildUser> user_;
  WorkDirectory work_;
  std::stop_token stop_;
  Deadline deadline_;
};

}  // namespace cowherd
