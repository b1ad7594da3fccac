// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/git_program.h"

#include <utility>

#include "resources/git/git_program/fetch_commit.h"
#include "resources/git/git_program/git_output.h"
#include "resources/git/git_program/read_manifests.h"
#include "resources/git/git_program/verify_commit.h"

namespace cowherd {

namespace {

Result<CommitFacts> facts_of(GitSession& session, const CommitId& commit) {
  std::vector<std::string> log{"log", "-1", "--encoding=UTF-8", "--format=" + std::string(kFactsFormat), commit.str()};
  COWHERD_ASSIGN(const std::string text, session.must("read what was fetched from", std::move(log)));
  return parse_facts(text);
}

// Nothing: the commit may come into force as far as its history goes.
Result<std::optional<Refusal>> refuse_history(GitSession& session, const CommitId& tip, const CommitId& in_force) {
  const bool asked = session.place().rewrites == Rewrites::Refuse && !in_force.empty() && in_force != tip;
  return asked ? refuse_rewritten(session, tip, in_force) : std::optional<Refusal>();
}

}  // namespace

GitProgram::GitProgram(GitProgramSettings settings) : settings_(std::move(settings)) {}

Result<CommitId> GitProgram::tip(const GitPlace& place, std::stop_token stop) {
  if (place.ref.kind == RefKind::Commit) return CommitId::make(place.ref.name);
  COWHERD_ASSIGN(const std::string ref, full_ref(place.ref));
  COWHERD_ASSIGN(GitSession session, GitSession::open(settings_, place, std::move(stop)));
  COWHERD_ASSIGN(const std::string listed,
                 session.must("ask", {"ls-remote", "--quiet", "--", session.url().text, ref, ref + "^{}"}));
  COWHERD_ASSIGN(const std::optional<CommitId> found, parse_ls_remote(listed, ref));
  if (found) return *found;
  return fail(ErrorKind::NotFound, "ask '" + place.url + "': it has no " + ref, "check the name of the branch or tag");
}

Result<Fetched> GitProgram::fetch(const GitPlace& place, const CommitId& tip, const CommitId& in_force, std::stop_token stop) {
  COWHERD_TRY(check_place_path(place.path));
  COWHERD_ASSIGN(GitSession session, GitSession::open(settings_, place, std::move(stop)));
  COWHERD_TRY(fetch_commit(session, tip));
  COWHERD_ASSIGN(const auto verdict, verify_commit(session, tip));
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) return Fetched(*refusal);
  COWHERD_ASSIGN(const std::optional<Refusal> rewritten, refuse_history(session, tip, in_force));
  if (rewritten) return Fetched(*rewritten);
  COWHERD_ASSIGN(auto read, read_manifests(session, tip));
  if (const auto* refusal = std::get_if<Refusal>(&read)) return Fetched(*refusal);
  COWHERD_ASSIGN(const CommitFacts facts, facts_of(session, tip));
  return Fetched(Revision{tip, facts.subject, facts.author, facts.committed, std::get<Signer>(verdict).name,
                          std::get<Manifests>(std::move(read))});
}

}  // namespace cowherd
