// SPDX-License-Identifier: Apache-2.0
// Addresses, names of refs, what git is told, what its complaints mean, which files of a commit are taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resources/git/git_program/git_failure.h"
#include "resources/git/git_program/git_files.h"
#include "resources/git/git_program/read_manifests.h"
#include "resources/git/git_program/verify_commit.h"
#include "tests/contract/block_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(GitUrl, ItsPartsAreKnown) {
  EXPECT_EQ(*parse_git_url("https://h:8443/a/b.git"), (GitUrl{"https://h:8443/a/b.git", "https", "", "h:8443", "/a/b.git"}));
  EXPECT_EQ(*parse_git_url("ssh://git@[::1]:22/b"), (GitUrl{"ssh://git@[::1]:22/b", "ssh", "git", "[::1]:22", "/b"}));
  EXPECT_EQ(*parse_git_url("file:///srv/b"), (GitUrl{"file:///srv/b", "file", "", "", "/srv/b"}));
}

TEST(GitUrl, WhatCouldBeSomethingElseIsInvalid) {
  for (const std::string& url :
       {std::string(), std::string("ext::sh"), std::string("-oProxyCommand=x"), std::string("ssh://-oProxyCommand=x/y"), std::string("ssh://-u@h/y"),
        std::string("git@h:x"), std::string("https://u:secret@h/x"), std::string("https://h"), std::string("https://h/"), std::string("https:///x"),
        std::string("file://h/x"), std::string("https://h/a b"), std::string("https://h/a\nb"), std::string("HTTPS://h/x"), "https://h/" + std::string(3000, 'x')}) {
    const auto parsed = parse_git_url(url);
    EXPECT_THAT(parsed, FailsWith(ErrorKind::Invalid)) << url;
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("secret")));
  }
}

TEST(FullRef, OnlyWhatGitTakesForAName) {
  EXPECT_EQ(*full_ref({RefKind::Branch, "feature/x-1"}), "refs/heads/feature/x-1");
  EXPECT_EQ(*full_ref({RefKind::Tag, "v1.0"}), "refs/tags/v1.0");
  for (const char* name : {"", "-x", "a..b", "a:b", "a b", "a~1", "a^", "a*", "/a", "a/", "a//b", ".a", "a.lock", "a@{1}", "@", "a.", "a\\b", "a\x7f"}) {
    EXPECT_THAT(full_ref({RefKind::Branch, name}), FailsWith(ErrorKind::Invalid)) << name;
  }
  EXPECT_THAT(full_ref({RefKind::Commit, std::string(40, '1')}), FailsWith(ErrorKind::Invalid));
}

TEST(GitFiles, APasswordIsWrittenAsGitReadsIt) {
  const GitUrl url = *parse_git_url("https://h:8443/x");
  EXPECT_EQ(credential_line(url, "", "p@ss:w/rd%"), "https://git:p%40ss%3Aw%2Frd%25@h:8443\n");
  EXPECT_EQ(credential_line(*parse_git_url("https://me@h/x"), "", "p"), "https://me:p@h\n");
  EXPECT_EQ(credential_line(*parse_git_url("https://me@h/x"), "you", "p"), "https://you:p@h\n");
}

TEST(GitFiles, OneProtocolIsSpokenAndNothingOfThisHostIsRead) {
  const auto environment = git_environment(*parse_git_url("ssh://h/x"), "/s/it's");
  EXPECT_THAT(environment, ::testing::IsSupersetOf({"GIT_ALLOW_PROTOCOL=ssh", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/s/it's/gitconfig", "HOME=/s/it's",
                                                    "GIT_SSH_COMMAND=ssh -F '/s/it'\\''s/ssh_config'"}));
  EXPECT_THAT(ssh_config_text("/a%b", true), HasSubstr("IdentityFile \"/a%%b/key\"\n"));
  EXPECT_THAT(ssh_config_text("/a", false), HasSubstr("IdentityFile none\n"));
}

TEST(GitFailure, SaysWhatToDo) {
  const GitUrl url = *parse_git_url("https://h/x");
  const auto kind = [&](const std::string& complaint) { return git_failure("ask", url, GitAnswer{128, "", complaint}).kind; };
  EXPECT_EQ(kind("fatal: Authentication failed for 'https://h/x/'\n"), ErrorKind::Denied);
  EXPECT_EQ(kind("fatal: could not read Username for 'https://h': terminal prompts disabled\n"), ErrorKind::Denied);
  EXPECT_EQ(kind("remote: Not Found\nfatal: repository 'https://h/x/' not found\n"), ErrorKind::NotFound);
  EXPECT_EQ(kind("fatal: unable to access 'https://h/x/': Could not resolve host: h\n"), ErrorKind::Failed);
  EXPECT_EQ(kind("fatal: unable to access 'https://h/x/': server certificate verification failed. CAfile: none CRLfile: none\n"), ErrorKind::Denied);
  EXPECT_EQ(kind("error: RPC failed; curl 28 Operation too slow. Less than 1000 bytes/sec transferred the last 20 seconds\nfatal: early EOF\n"), ErrorKind::Busy);
  EXPECT_EQ(kind("fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output\n"), ErrorKind::Exhausted);
  EXPECT_EQ(kind("fatal: write error: File too large\nfatal: fetch-pack: invalid index-pack output\n"), ErrorKind::Exhausted);
  EXPECT_EQ(kind("error: object 12: badTree\nfatal: fsck error in packed object\nfatal: fetch-pack: invalid index-pack output\n"), ErrorKind::Corrupt);
  EXPECT_EQ(kind("fatal: something new\n"), ErrorKind::Failed);
  const Error told = git_failure("ask", url, GitAnswer{128, "", "hint: do\nwarning: w\nremote: no\x1b[1m\nfatal: gone\n"});
  EXPECT_EQ(told.message, "ask 'https://h/x': remote: no [1m; fatal: gone");
  EXPECT_THAT(git_failure("ask", url, GitAnswer{3, "", ""}).message, HasSubstr("exit status 3"));
}

TEST(Signer, IsNamedByEitherProgram) {
  EXPECT_EQ(signer_in("gpg: Signature made x\ngpg: Good signature from \"Ann \"A\" <ann@x>\" [unknown]\n"), "Ann \"A\" <ann@x>");
  EXPECT_EQ(signer_in("Good \"git\" signature for ann@x with ED25519 key SHA256:abc\n"), "ann@x");
  EXPECT_EQ(signer_in("nothing of it\n"), "(unnamed)");
}

TEST(Listing, HiddenThingsArePassedOverWhateverTheyAre) {
  const CommitId id = *CommitId::make(std::string(40, '1'));
  using Type = TreeEntry::Type;
  const Listing taken = choose_manifests({{Type::Symlink, id, 1, ".x/y.yaml"}, {Type::Submodule, id, 0, "a/.m"}, {Type::File, id, 9'999'999, ".big.yaml"},
                                          {Type::File, id, 9'999'999, "image.bin"}, {Type::File, id, 1, "a/b.yaml"}}, {});
  EXPECT_EQ(taken.reason, "") << taken.message;
  ASSERT_EQ(taken.manifests.size(), 1U);
  EXPECT_EQ(taken.manifests[0].path, "a/b.yaml");
  EXPECT_EQ(choose_manifests({{Type::Symlink, id, 1, "README"}}, {}).reason, "NotPlainFiles");
  EXPECT_EQ(choose_manifests({{Type::Symlink, id, 1, "README"}}, {}, "hosts/").message, "'hosts/README' is a symlink, and none is followed");
  EXPECT_EQ(choose_manifests({{Type::File, id, 1, "a\xff.txt"}}, {}).reason, "NotPlainFiles");
}

}  // namespace
}  // namespace cowherd::testing
