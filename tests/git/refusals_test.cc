// SPDX-License-Identifier: Apache-2.0
// Commits that were had and cannot be a declared set, and servers that send too much.
#include <random>

#include "tests/contract/block_bed.h"
#include "tests/git/repository_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class Refused : public GitProgramTest {
 protected:
  Result<Fetched> fetch_within(const GitLimits& limits, const CommitId& commit) {
    GitProgramSettings settings = bed_.settings();
    settings.limits = limits;
    return GitProgram(settings).fetch(bed_.place(), commit, {}, {});
  }
  std::string reason_within(const GitLimits& limits, const CommitId& commit) {
    const Result<Fetched> fetched = fetch_within(limits, commit);
    if (!fetched) return to_string(fetched.error());
    const auto* refused = std::get_if<Refusal>(&*fetched);
    return refused == nullptr ? "taken" : refused->reason;
  }
};

TEST_F(Refused, APathThatIsNoDirectory) {
  GitPlace place = bed_.place();
  for (const char* path : {"hosts", "web.yaml", "web.yaml/x"}) {
    place.path = path;
    const Refusal refused = refusal(place, bed_.head());
    EXPECT_EQ(refused.reason, "PathMissing") << path;
    EXPECT_EQ(refused.id, bed_.head());
    EXPECT_THAT(refused.message, HasSubstr(path));
  }
}

TEST_F(Refused, PathsThatCouldMeanSomethingElseAreInvalid) {
  GitPlace place = bed_.place();
  for (const char* path : {"/hosts", "hosts/", "a//b", "../x", "a/./b", "a\nb"}) {
    place.path = path;
    EXPECT_THAT(fetch(place, bed_.head()), FailsWith(ErrorKind::Invalid)) << path;
  }
}

TEST_F(Refused, ASymlinkThatIsNotHidden) {
  bed_.run("ln", {"-s", "/etc/passwd", ".hidden.yaml"});
  const CommitId hidden = bed_.commit("a hidden symlink");
  EXPECT_THAT(revision(bed_.place(), hidden).files, ElementsAre(Pair("web.yaml", kManifest)));
  bed_.run("ln", {"-s", "/etc/passwd", "passwd.yaml"});
  const Refusal refused = refusal(bed_.place(), bed_.commit("a symlink"));
  EXPECT_EQ(refused.reason, "NotPlainFiles");
  EXPECT_THAT(refused.message, AllOf(HasSubstr("'passwd.yaml'"), HasSubstr("symlink")));
}

TEST_F(Refused, ASubmodule) {
  bed_.git({"update-index", "--add", "--cacheinfo", "160000," + bed_.head().str() + ",vendor/fleet"});
  bed_.git({"commit", "--quiet", "-m", "a submodule"});
  const Refusal refused = refusal(bed_.place(), bed_.head());
  EXPECT_EQ(refused.reason, "NotPlainFiles");
  EXPECT_THAT(refused.message, AllOf(HasSubstr("'vendor/fleet'"), HasSubstr("submodule")));
  GitPlace beside = bed_.place();
  beside.path = "hosts";
  EXPECT_EQ(revision(beside, bed_.commit_file("hosts/a.yaml", "a")).files.size(), 1U);
}

TEST_F(Refused, ANameThatCannotBePrinted) {
  const Refusal refused = refusal(bed_.place(), bed_.commit_file("a\x1b[2J.yaml", "x"));
  EXPECT_EQ(refused.reason, "NotPlainFiles");
  EXPECT_THAT(refused.message, HasSubstr("a\\x1b[2J.yaml"));
}

TEST_F(Refused, AManifestOverTheLimit) {
  const GitLimits limits;
  EXPECT_EQ(reason_within(limits, bed_.commit_file("big.yaml", std::string(limits.file.value, 'x'))), "taken");
  const CommitId commit = bed_.commit_file("big.yaml", std::string(limits.file.value + 1, 'x'));
  EXPECT_EQ(reason_within(limits, commit), "TooLarge");
  EXPECT_THAT(refusal(bed_.place(), commit).message, HasSubstr("big.yaml"));
}

TEST_F(Refused, MoreManifestsOrNamesOrTextThanTheLimits) {
  for (int i = 0; i < 9; ++i) bed_.write("f" + std::to_string(i) + ".yaml", std::string(1000, 'x'));
  const CommitId commit = bed_.commit("ten files");
  EXPECT_EQ(reason_within(GitLimits{10, 10, 1_KiB, Bytes{10'000}, 1_MiB}, commit), "taken");
  EXPECT_EQ(reason_within(GitLimits{9, 10, 1_KiB, Bytes{10'000}, 1_MiB}, commit), "TooLarge");
  EXPECT_EQ(reason_within(GitLimits{10, 9, 1_KiB, Bytes{10'000}, 1_MiB}, commit), "TooLarge");
  EXPECT_EQ(reason_within(GitLimits{10, 10, 1_KiB, Bytes{9'000}, 1_MiB}, commit), "TooLarge");
}

// Each level names the one below it ten times: 10^9 names in ten objects.
TEST_F(Refused, ATreeWithoutEnd) {
  std::string id = bed_.run("git", {"mktree"}, {}, "100644 blob " + bed_.git({"rev-parse", "HEAD:web.yaml"}) + "\tweb.yaml\n");
  for (int level = 0; level < 9; ++level) {
    std::string tree;
    for (int i = 0; i < 10; ++i) tree += "040000 tree " + id + "\td" + std::to_string(i) + "\n";
    id = bed_.run("git", {"mktree"}, {}, tree);
  }
  bed_.git({"update-ref", "refs/heads/main", bed_.git({"commit-tree", "-m", "endless", id})});
  EXPECT_EQ(refusal(bed_.place(), bed_.head()).reason, "TooLarge");
}

TEST_F(Refused, AServerThatSendsTooMuchIsExhausted) {
  std::minstd_rand numbers(1);
  std::string noise(3 << 20, '\0');
  for (char& c : noise) c = static_cast<char>(numbers() >> 8);
  bed_.write("one.bin", noise);
  const CommitId one = bed_.commit("one large file");
  GitLimits limits;
  limits.fetched = 2_MiB;
  EXPECT_THAT(fetch_within(limits, one), FailsWith(ErrorKind::Exhausted));
  EXPECT_FALSE(bed_.has_leftovers());
}

TEST_F(Refused, TwoGigabytesOfZeroesFillNeitherMemoryNorDisk) {
  bed_.git({"config", "core.compression", "1"});
  bed_.run("truncate", {"--size=2G", bed_.repository() + "/zeroes"});
  const CommitId beside = bed_.commit("zeroes beside the manifests");
  bed_.git({"mv", "zeroes", "zeroes.yaml"});
  const CommitId among = bed_.commit("zeroes among the manifests");
  bed_.git({"repack", "--quiet", "-d"});
  bed_.git({"branch", "beside", beside.str()});
  GitPlace place = bed_.place();
  place.timeout = std::chrono::minutes{4};
  EXPECT_EQ(refusal(place, among).reason, "TooLarge");
  place.ref.name = "beside";
  EXPECT_THAT(revision(place, beside).files, ElementsAre(Pair("web.yaml", kManifest)));
}

}  // namespace
}  // namespace cowherd::testing
