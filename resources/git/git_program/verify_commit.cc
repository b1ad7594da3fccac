// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/verify_commit.h"

#include "resources/git/git_program/fetch_commit.h"
#include "resources/git/git_program/git_files.h"
#include "resources/git/git_program/git_output.h"

namespace cowherd {

namespace {

constexpr std::size_t kLongestName = 200;

// What stands between two texts of one line; empty: they are not there.
std::string_view between(std::string_view line, std::string_view begin, std::string_view end) {
  const std::size_t from = line.find(begin);
  if (from == std::string_view::npos) return {};
  line.remove_prefix(from + begin.size());
  const std::size_t to = line.rfind(end);
  return to == std::string_view::npos ? std::string_view{} : line.substr(0, to);
}

Status import_keyring(GitSession& session) {
  COWHERD_TRY(session.work().make_directory("gnupg"));
  if (session.place().signers.gpg_keyring_file.empty()) return {};
  const std::string keyring = session.work().seen_as() + "/" + kKeyring;
  COWHERD_ASSIGN(const GitAnswer answer, session.run("gpg", {"--batch", "--no-autostart", "--quiet", "--import", keyring}));
  if (answer.status == 0) return {};
  return fail(ErrorKind::Invalid, "import the keys of '" + session.place().signers.gpg_keyring_file + "': " + said(answer),
              "git.verify.gpgKeyringFile is what 'gpg --export NAME…' writes");
}

// A good signature of another tag, under this tag's name, is none of this one.
Result<bool> is_tag_of_that_name(GitSession& session) {
  if (session.place().ref.kind != RefKind::Tag) return false;
  COWHERD_ASSIGN(const std::string tag, session.must("read the tag of", {"for-each-ref", "--format=%(tag)", kFetchedRef}));
  return tag == session.place().ref.name + "\n";
}

Refusal not_verified(const GitSession& session, const CommitId& commit, const GitAnswer& answer) {
  Refusal refusal;
  refusal.id = commit;
  refusal.reason = "NotVerified";
  refusal.message = "commit " + commit.short7() + " of '" + session.url().text + "' has no good signature of an allowed signer: " +
                    (answer.complaint.empty() ? "it is not signed" : said(answer));
  refusal.hint = "sign it ('git commit -S') with a key that git.verify names; the commits before it need not be signed";
  return refusal;
}

}  // namespace

Result<std::variant<Signer, Refusal>> verify_commit(GitSession& session, const CommitId& commit) {
  using Verdict = std::variant<Signer, Refusal>;
  if (session.place().signers == GitSigners{}) return Verdict(Signer{});
  COWHERD_TRY(import_keyring(session));
  COWHERD_ASSIGN(const bool tagged, is_tag_of_that_name(session));
  if (tagged) {
    COWHERD_ASSIGN(const GitAnswer of_tag, session.ask({"verify-tag", kFetchedRef}));
    if (of_tag.status == 0) return Verdict(Signer{signer_in(of_tag.complaint)});
  }
  COWHERD_ASSIGN(const GitAnswer answer, session.ask({"verify-commit", commit.str()}));
  if (answer.status == 0) return Verdict(Signer{signer_in(answer.complaint)});
  return Verdict(not_verified(session, commit, answer));
}

std::string signer_in(std::string_view told) {
  while (!told.empty()) {
    const std::size_t end = std::min(told.find('\n'), told.size());
    const std::string_view line = told.substr(0, end);
    for (const std::string_view name : {between(line, "Good signature from \"", "\""), between(line, "Good \"git\" signature for ", " with ")}) {
      if (!name.empty()) return one_line(name, kLongestName);
    }
    told.remove_prefix(std::min(end + 1, told.size()));
  }
  return "(unnamed)";
}

}  // namespace cowherd
