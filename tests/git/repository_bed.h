// SPDX-License-Identifier: Apache-2.0
// A repository on this host, made by the real git, and a GitProgram that follows it. As root its git runs as nobody.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "resources/git/git_program/git_program.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {

inline constexpr const char* kManifest = "kind: Sandbox\n";

class RepositoryBed {
 public:
  RepositoryBed();

  // Of `git ARGUMENTS` in the repository: its output without the last line end. Throws when it fails.
  std::string git(std::vector<std::string> arguments);
  // The same of any program, with more variables of the environment.
  std::string run(const std::string& program, std::vector<std::string> arguments, std::vector<std::string> environment = {},
                  const std::string& input = {});
  void write(const std::string& path, const std::string& text);
  // Everything there is, as one commit.
  CommitId commit(const std::string& subject);
  CommitId commit_file(const std::string& path, const std::string& text);

  CommitId head();

  GitPlace place() const;  // branch main, all of the repository
  GitProgramSettings settings() const;
  std::string path(const std::string& name) const { return root_ / name; }  // of a directory that others can read
  std::string repository() const { return path("repository"); }
  std::string state() const { return closed_.path(); }  // of a directory that others cannot
  std::string work_root() const { return state() + "/git"; }
  bool has_leftovers() const;

 private:
  TemporaryDirectory root_{};
  TemporaryDirectory closed_{};
};

class GitProgramTest : public ::testing::Test {
 protected:
  Result<CommitId> tip(const GitPlace& place) { return GitProgram(bed_.settings()).tip(place, {}); }
  Result<CommitId> tip() { return tip(bed_.place()); }
  Result<Fetched> fetch(const GitPlace& place, const CommitId& commit, const CommitId& in_force = {}) {
    return GitProgram(bed_.settings()).fetch(place, commit, in_force, {});
  }
  // One that has to succeed.
  Revision revision(const GitPlace& place, const CommitId& commit, const CommitId& in_force = {});
  Refusal refusal(const GitPlace& place, const CommitId& commit, const CommitId& in_force = {});

  RepositoryBed bed_{};
};

}  // namespace cowherd::testing
