// SPDX-License-Identifier: Apache-2.0
// Whose signature lets a commit in: real keys, of ssh and of GnuPG.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/contract/block_bed.h"
#include "tests/git/repository_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

class Signatures : public GitProgramTest {
 protected:
  // The commit at the head with another subject and the signature that it has.
  CommitId altered() {
    std::string text = bed_.run("git", {"cat-file", "commit", "HEAD"}) + "\n";
    text.replace(text.find("signed"), 6, "forged");
    const std::string id = bed_.run("git", {"hash-object", "-t", "commit", "-w", "--stdin"}, {}, text);
    bed_.git({"update-ref", "refs/heads/main", id});
    return *CommitId::make(id);
  }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(bed_.path(name)) << text;
    return bed_.path(name);
  }
  void expect_refused(const CommitId& commit, const std::string& why) {
    const Refusal refused = refusal(place_, commit);
    EXPECT_EQ(refused.reason, "NotVerified");
    EXPECT_EQ(refused.id, commit);
    EXPECT_THAT(refused.message, HasSubstr(why));
    EXPECT_NE(refused.hint, "");
  }

  GitPlace place_ = bed_.place();
};

class SshSignatures : public Signatures {
 protected:
  SshSignatures() {
    for (const char* key : {"ann", "eve"}) bed_.run("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-C", "", "-f", bed_.path(key)});
    allow("ann@example.org " + public_key("ann"));
  }
  std::string public_key(const std::string& name) {
    std::string text;
    std::ifstream from(bed_.path(name + ".pub"));
    std::getline(from, text);
    return text;
  }
  void allow(const std::string& line) { place_.signers.allowed_signers_file = write("allowed_signers", line + "\n"); }
  std::vector<std::string> signing(const std::string& key, std::vector<std::string> rest) {
    std::vector<std::string> arguments{"-c", "gpg.format=ssh", "-c", "user.signingKey=" + bed_.path(key)};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return arguments;
  }
  CommitId signed_by(const std::string& key) {
    bed_.git(signing(key, {"commit", "--quiet", "--allow-empty", "-S", "-m", "signed"}));
    return bed_.head();
  }
};

TEST_F(SshSignatures, OfAnAllowedSignerIsGood) { EXPECT_EQ(revision(place_, signed_by("ann")).signer, "ann@example.org"); }

TEST_F(SshSignatures, OfNobodyIsRefused) { expect_refused(bed_.head(), "it is not signed"); }

TEST_F(SshSignatures, OfAnotherIsRefused) { expect_refused(signed_by("eve"), "No principal matched"); }

TEST_F(SshSignatures, OfAnotherTextIsRefused) {
  signed_by("ann");
  expect_refused(altered(), "ncorrect signature");
}

TEST_F(SshSignatures, OfAKeyWhoseTimeIsOverIsRefused) {
  const CommitId commit = signed_by("ann");
  allow("ann@example.org valid-before=\"20200101\" " + public_key("ann"));
  expect_refused(commit, "No principal matched");
}

TEST_F(SshSignatures, OfATagSufficesForItsCommit) {
  bed_.git(signing("ann", {"tag", "-s", "-m", "release", "v1"}));
  bed_.git(signing("eve", {"tag", "-s", "-m", "release", "v2"}));
  place_.ref = {RefKind::Tag, "v1"};
  EXPECT_EQ(revision(place_, bed_.head()).signer, "ann@example.org");
  place_.ref = {RefKind::Tag, "v2"};
  expect_refused(bed_.head(), "it is not signed");
}

TEST_F(SshSignatures, OfATagOfAnotherNameIsNone) {
  bed_.git(signing("ann", {"tag", "-s", "-m", "release", "v1"}));
  bed_.git({"update-ref", "refs/tags/v2", bed_.git({"rev-parse", "refs/tags/v1"})});
  place_.ref = {RefKind::Tag, "v2"};
  expect_refused(bed_.head(), "it is not signed");
}

TEST_F(SshSignatures, AnAbsentFileOfSignersIsInvalid) {
  place_.signers.allowed_signers_file = bed_.path("absent");
  EXPECT_THAT(fetch(place_, bed_.head()), FailsWith(ErrorKind::Invalid));
}

class GpgSignatures : public Signatures {
 protected:
  GpgSignatures() {
    std::filesystem::create_directory(home_);
    ::chmod(home_.c_str(), 0700);
    gpg({"--quick-gen-key", "Ann <ann@example.org>", "ed25519", "sign", "never"});
    gpg({"--quick-gen-key", "Eve <eve@example.org>", "ed25519", "sign", "never"});
    gpg({"--faked-system-time", "20200101T000000", "--quick-gen-key", "Old <old@example.org>", "ed25519", "sign", "1w"});
    trust("ann@example.org");
  }
  std::string gpg(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--batch", "--quiet", "--passphrase", ""});
    return bed_.run("gpg", std::move(arguments), {"GNUPGHOME=" + home_});
  }
  void trust(const std::string& who) { place_.signers.gpg_keyring_file = write("keyring", gpg({"--armor", "--export", who})); }
  CommitId signed_by(const std::string& who, const std::string& program = "gpg") {
    bed_.run("git", {"-c", "user.signingKey=" + who, "-c", "gpg.program=" + program, "commit", "--quiet", "--allow-empty", "-S", "-m", "signed"},
             {"GNUPGHOME=" + home_});
    return bed_.head();
  }

  std::string home_ = bed_.path("gnupg");
};

TEST_F(GpgSignatures, OfAKeyOfTheRingIsGood) { EXPECT_EQ(revision(place_, signed_by("ann@example.org")).signer, "Ann <ann@example.org>"); }

TEST_F(GpgSignatures, OfAKeyThatIsNotInTheRingIsRefused) { expect_refused(signed_by("eve@example.org"), "No public key"); }

TEST_F(GpgSignatures, OfNobodyIsRefused) { expect_refused(bed_.head(), "it is not signed"); }

TEST_F(GpgSignatures, OfAnotherTextIsRefused) {
  signed_by("ann@example.org");
  expect_refused(altered(), "BAD signature");
}

TEST_F(GpgSignatures, OfAKeyWhoseTimeIsOverIsRefused) {
  trust("old@example.org");
  const std::string then = write("gpg-then", "#!/bin/sh\nexec gpg --faked-system-time 20200102T000000 \"$@\"\n");
  ::chmod(then.c_str(), 0755);
  expect_refused(signed_by("old@example.org", then), "expired");
}

TEST_F(GpgSignatures, OfTheOtherKindIsRefused) {
  bed_.run("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", bed_.path("ann")});
  bed_.git({"-c", "gpg.format=ssh", "-c", "user.signingKey=" + bed_.path("ann"), "commit", "--quiet", "--allow-empty", "-S", "-m", "signed"});
  expect_refused(bed_.head(), "allowedSignersFile");
}

TEST_F(GpgSignatures, ARingThatIsNoneIsInvalid) {
  place_.signers.gpg_keyring_file = write("keyring", "no keys\n");
  EXPECT_THAT(fetch(place_, bed_.head()), FailsWith(ErrorKind::Invalid));
}

}  // namespace
}  // namespace cowherd::testing
