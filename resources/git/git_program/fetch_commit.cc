// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/fetch_commit.h"

#include <array>

#include "resources/git/git_program/git_files.h"
#include "resources/git/git_program/git_output.h"

namespace cowherd {

namespace {

constexpr std::array kDepths{16, 256, 4096};
constexpr std::size_t kSha256Digits = 64;

std::vector<std::string> fetch_arguments(const GitSession& session, const std::vector<std::string>& options,
                                         const std::vector<std::string>& refs) {
  std::vector<std::string> arguments{"fetch", "--quiet", "--force", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), {"--", session.url().text});
  arguments.insert(arguments.end(), refs.begin(), refs.end());
  return arguments;
}

// What to ask the server for.
Result<std::string> wanted(const GitPlace& place, const CommitId& tip) {
  if (place.ref.kind == RefKind::Commit) return "+" + tip.str() + ":" + kFetchedRef;
  COWHERD_ASSIGN(const std::string ref, full_ref(place.ref));
  return "+" + ref + ":" + kFetchedRef;
}

Status make_repository(GitSession& session, const CommitId& tip) {
  const std::string format = tip.str().size() == kSha256Digits ? "sha256" : "sha1";
  COWHERD_TRY(session.must("make a repository for", {"init", "--quiet", "--bare", "--template=", "--object-format=" + format}));
  return {};
}

// The commit that a name leads to, through a tag; nothing when it leads to none.
Result<std::optional<CommitId>> commit_at(GitSession& session, const std::string& name) {
  COWHERD_ASSIGN(const std::string line,
                 session.must("read what was fetched from", {"cat-file", "--batch-check"}, name + "^{commit}\n"));
  COWHERD_ASSIGN(const std::optional<NamedObject> object, parse_object(line));
  return object && object->type == "commit" ? std::optional<CommitId>(object->id) : std::nullopt;
}

Error changed_meanwhile(const GitSession& session) {
  return make_error(ErrorKind::Busy, "fetch from '" + session.url().text + "': '" + session.place().ref.name + "' changed meanwhile");
}

// Old servers give a commit only with a branch or tag that leads to it.
Status fetch_all(GitSession& session, const CommitId& tip) {
  const std::vector<std::string> refs{"+refs/heads/*:refs/cowherd/heads/*", "+refs/tags/*:refs/cowherd/tags/*"};
  COWHERD_TRY(session.must("fetch from", fetch_arguments(session, {}, refs)));
  COWHERD_ASSIGN(const std::optional<CommitId> commit, commit_at(session, tip.str()));
  if (commit == tip) return {};
  return fail(ErrorKind::NotFound, "fetch from '" + session.url().text + "': no branch or tag leads to commit " + tip.str(),
              "check git.commit, or push a branch that has it");
}

enum class Descent { Proven, Refuted, OutOfSight };

Result<Descent> descent_of(GitSession& session, const CommitId& tip, const CommitId& before) {
  COWHERD_ASSIGN(const std::optional<CommitId> seen, commit_at(session, before.str()));
  if (seen == before) {
    COWHERD_ASSIGN(const GitAnswer answer, session.ask({"merge-base", "--is-ancestor", before.str(), tip.str()}));
    if (answer.status == 0) return Descent::Proven;
    if (answer.status != 1) return fail(git_failure("follow the history of", session.url(), answer));
  }
  COWHERD_ASSIGN(const std::string shallow, session.must("follow the history of", {"rev-parse", "--is-shallow-repository"}));
  return shallow == "false\n" ? Descent::Refuted : Descent::OutOfSight;
}

// Commits alone, where the server can leave out their files.
Status deepen(GitSession& session, const CommitId& tip, int depth) {
  COWHERD_ASSIGN(const std::string refs, wanted(session.place(), tip));
  const std::vector<std::string> options{"--filter=tree:0", "--depth=" + std::to_string(depth)};
  COWHERD_TRY(session.must("fetch the history from", fetch_arguments(session, options, {refs})));
  COWHERD_ASSIGN(const std::optional<CommitId> now, commit_at(session, kFetchedRef));
  if (now == tip) return {};
  return fail(changed_meanwhile(session));
}

Refusal rewritten(const GitSession& session, const CommitId& tip, const CommitId& before, const std::string& how) {
  Refusal refusal;
  refusal.id = tip;
  refusal.reason = "Rewound";
  refusal.message =
      "commit " + tip.short7() + " of '" + session.url().text + "' " + how + " commit " + before.short7() + ", which is in force";
  refusal.hint = "a forced push? Push a commit that continues " + before.short7() + ", or allow it: git.rewrites: Allow";
  return refusal;
}

}  // namespace

Status fetch_commit(GitSession& session, const CommitId& tip) {
  COWHERD_TRY(make_repository(session, tip));
  COWHERD_ASSIGN(const std::string refs, wanted(session.place(), tip));
  COWHERD_ASSIGN(const GitAnswer answer, session.ask(fetch_arguments(session, {"--depth=1"}, {refs})));
  const bool by_name = session.place().ref.kind == RefKind::Commit;
  if (answer.status != 0 && by_name && is_unadvertised(answer)) return fetch_all(session, tip);
  if (answer.status != 0) return fail(git_failure("fetch from", session.url(), answer));
  COWHERD_ASSIGN(const std::optional<CommitId> got, commit_at(session, kFetchedRef));
  if (got == tip) return {};
  if (by_name) return fail(ErrorKind::Corrupt, "fetch from '" + session.url().text + "': it gave another commit than " + tip.str());
  return fail(changed_meanwhile(session));
}

Result<std::optional<Refusal>> refuse_rewritten(GitSession& session, const CommitId& tip, const CommitId& before) {
  for (const int depth : kDepths) {
    COWHERD_ASSIGN(const Descent descent, descent_of(session, tip, before));
    if (descent == Descent::Proven) return std::optional<Refusal>();
    if (descent == Descent::Refuted) return rewritten(session, tip, before, "does not descend from");
    COWHERD_TRY(deepen(session, tip, depth));
  }
  COWHERD_ASSIGN(const Descent descent, descent_of(session, tip, before));
  if (descent == Descent::Proven) return std::optional<Refusal>();
  return rewritten(session, tip, before,
                   descent == Descent::Refuted ? "does not descend from"
                                               : "does not, within its last " + std::to_string(kDepths.back()) + " commits, descend from");
}

}  // namespace cowherd
