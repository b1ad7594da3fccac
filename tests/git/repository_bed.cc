// SPDX-License-Identifier: Apache-2.0
#include "tests/git/repository_bed.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "resources/process/child_process.h"

namespace cowherd::testing {

RepositoryBed::RepositoryBed() {
  ::chmod(root_.path().c_str(), 0755);
  std::filesystem::create_directory(repository());
  git({"init", "--quiet", "--initial-branch=main"});
  write("web.yaml", kManifest);
  commit("first");
}

std::string RepositoryBed::git(std::vector<std::string> arguments) { return run("git", std::move(arguments)); }

std::string RepositoryBed::run(const std::string& program, std::vector<std::string> arguments, std::vector<std::string> environment,
                               const std::string& input) {
  std::string output;
  ChildProcess child;
  child.program = program;
  child.input = input;
  child.arguments = std::move(arguments);
  child.directory = repository();
  child.most = std::chrono::minutes{5};
  environment.insert(environment.end(), {"PATH=/usr/bin:/bin", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
                                         "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=Ann",
                                         "GIT_COMMITTER_EMAIL=ann@example.org"});
  child.environment = std::move(environment);
  child.on_output = [&output](std::string_view piece) { output += piece; };
  const auto ended = run_child(child);
  if (!ended) throw std::runtime_error(to_string(ended.error()));
  if (ended->exit_status != 0) throw std::runtime_error(program + " " + child.arguments.front() + ": " + ended->errors);
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

void RepositoryBed::write(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(repository()) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

CommitId RepositoryBed::commit(const std::string& subject) {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "-m", subject});
  return head();
}

CommitId RepositoryBed::head() { return *CommitId::make(git({"rev-parse", "HEAD"})); }

CommitId RepositoryBed::commit_file(const std::string& name, const std::string& text) {
  write(name, text);
  return commit("write " + name);
}

GitPlace RepositoryBed::place() const {
  GitPlace place;
  place.url = "file://" + repository();
  place.ref = {RefKind::Branch, "main"};
  return place;
}

GitProgramSettings RepositoryBed::settings() const {
  GitProgramSettings settings;
  settings.work_root = work_root();
  settings.user = "nobody";
  return settings;
}

bool RepositoryBed::has_leftovers() const {
  return std::filesystem::exists(work_root()) && !std::filesystem::is_empty(work_root());
}

Revision GitProgramTest::revision(const GitPlace& place, const CommitId& commit, const CommitId& in_force) {
  const Result<Fetched> fetched = fetch(place, commit, in_force);
  if (!fetched) throw std::runtime_error(to_string(fetched.error()));
  if (const auto* refused = std::get_if<Refusal>(&*fetched)) throw std::runtime_error(refused->reason + ": " + refused->message);
  return std::get<Revision>(*fetched);
}

Refusal GitProgramTest::refusal(const GitPlace& place, const CommitId& commit, const CommitId& in_force) {
  const Result<Fetched> fetched = fetch(place, commit, in_force);
  if (!fetched) throw std::runtime_error(to_string(fetched.error()));
  if (std::holds_alternative<Revision>(*fetched)) throw std::runtime_error("it was not refused");
  return std::get<Refusal>(*fetched);
}

}  // namespace cowherd::testing
