// SPDX-License-Identifier: Apache-2.0
// What a fetch brings: of branches, tags and commits, and the text of manifests.
#include "tests/contract/block_bed.h"
#include "tests/git/repository_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class Fetch : public GitProgramTest {};

TEST_F(Fetch, ABranchBringsItsManifestsAndWhoWroteThem) {
  bed_.write("hosts/a/b.yml", "b");
  bed_.write("hosts/a/c.json", "");
  bed_.write("hosts/README.md", "no manifest");
  const CommitId commit = bed_.commit("two \x1b[31mhosts");
  ASSERT_EQ(*tip(), commit);
  const Revision got = revision(bed_.place(), commit);
  EXPECT_EQ(got.id, commit);
  EXPECT_EQ(got.subject, "two  [31mhosts");
  EXPECT_EQ(got.author, "Ann <ann@example.org>");
  EXPECT_EQ(got.signer, "");
  EXPECT_EQ(std::to_string(std::chrono::floor<std::chrono::seconds>(got.committed).time_since_epoch().count()), bed_.git({"log", "-1", "--format=%ct"}));
  EXPECT_THAT(got.files, ElementsAre(Pair("hosts/a/b.yml", "b"), Pair("hosts/a/c.json", ""), Pair("web.yaml", kManifest)));
}

TEST_F(Fetch, OnlyWhatIsBelowThePathIsRead) {
  bed_.write("hosts/a/b.yaml", "b");
  bed_.write("hosts/ab.yaml", "no");
  const CommitId commit = bed_.commit("hosts");
  GitPlace place = bed_.place();
  place.path = "hosts/a";
  EXPECT_THAT(revision(place, commit).files, ElementsAre(Pair("hosts/a/b.yaml", "b")));
}

TEST_F(Fetch, WhatAWatchedDirectoryPassesOverIsPassedOverHere) {
  for (const char* name : {".hidden.yaml", ".github/x.yaml", "a/.b/c.yaml", "x.yaml~", "x.yaml.orig", "notes.txt"}) bed_.write(name, "no");
  EXPECT_THAT(revision(bed_.place(), bed_.commit("names")).files, ElementsAre(Pair("web.yaml", kManifest)));
}

TEST_F(Fetch, WithoutAManifestThereIsNoText) {
  GitPlace place = bed_.place();
  place.path = "docs";
  EXPECT_TRUE(revision(place, bed_.commit_file("docs/README.md", "x")).files.empty());
}

TEST_F(Fetch, ATagLeadsToItsCommitWhetherAnnotatedOrNot) {
  const CommitId first = *tip();
  bed_.git({"tag", "light"});
  bed_.git({"tag", "-a", "-m", "annotated", "v1.0"});
  bed_.git({"tag", "-a", "-m", "of a tag", "twice", "v1.0"});
  bed_.commit_file("later.yaml", "x");
  for (const char* name : {"light", "v1.0", "twice"}) {
    GitPlace place = bed_.place();
    place.ref = {RefKind::Tag, name};
    ASSERT_EQ(*tip(place), first) << name;
    EXPECT_EQ(revision(place, first).id, first) << name;
  }
}

TEST_F(Fetch, ACommitIsHadByItsName) {
  const CommitId first = *tip();
  bed_.commit_file("later.yaml", "x");
  GitPlace place = bed_.place();
  place.ref = {RefKind::Commit, first.str()};
  EXPECT_EQ(*tip(place), first);
  EXPECT_THAT(revision(place, first).files, ElementsAre(Pair("web.yaml", kManifest)));
  place.ref.name = std::string(40, '1');
  EXPECT_THAT(fetch(place, *CommitId::make(place.ref.name)), FailsWith(ErrorKind::NotFound));
}

TEST_F(Fetch, NamesAreWholeNames) {
  bed_.git({"branch", "other/refs/heads/gone"});
  bed_.git({"branch", "feature/gone"});
  GitPlace place = bed_.place();
  place.ref.name = "gone";
  EXPECT_THAT(tip(place), FailsWith(ErrorKind::NotFound));
  place.ref = {RefKind::Tag, "main"};
  EXPECT_THAT(tip(place), FailsWith(ErrorKind::NotFound));
}

TEST_F(Fetch, ABranchThatMovedMeanwhileIsAskedAgain) {
  const CommitId first = *tip();
  bed_.commit_file("later.yaml", "x");
  EXPECT_THAT(fetch(bed_.place(), first), FailsWith(ErrorKind::Busy));
}

TEST_F(Fetch, RepositoriesOfSha256AreRead) {
  const std::string bare = bed_.path("sha256");
  bed_.git({"init", "--quiet", "--object-format=sha256", "--initial-branch=main", bare});
  bed_.git({"-C", bare, "commit", "--quiet", "--allow-empty", "-m", "first"});
  GitPlace place = bed_.place();
  place.url = "file://" + bare;
  const Result<CommitId> commit = tip(place);
  ASSERT_THAT(commit, Succeeds());
  EXPECT_EQ(commit->str().size(), 64U);
  EXPECT_EQ(revision(place, *commit).id, *commit);
}

TEST_F(Fetch, NothingStaysOfACall) {
  revision(bed_.place(), *tip());
  EXPECT_FALSE(bed_.has_leftovers());
}

TEST_F(Fetch, WhatIsNotThereIsNotFound) {
  GitPlace place = bed_.place();
  place.url += "-not";
  const Result<CommitId> none = tip(place);
  EXPECT_THAT(none, FailsWith(ErrorKind::NotFound));
  EXPECT_THAT(none.error().message, HasSubstr(place.url));
  EXPECT_NE(none.error().hint, "");
}

TEST_F(Fetch, AddressesThatAreNoneAreRefused) {
  for (const char* url : {"ext::sh -c true", "--upload-pack=touch /tmp/x", "git@example.org:x.git", "/srv/x.git", "fd::7", "ftp://h/x", "https://u:p@h/x"}) {
    GitPlace place = bed_.place();
    place.url = url;
    EXPECT_THAT(tip(place), FailsWith(ErrorKind::Invalid)) << url;
  }
}

// --- the history before

TEST_F(Fetch, WhatDescendsFromWhatIsInForceIsTaken) {
  const CommitId first = *tip();
  CommitId last;
  for (int i = 0; i < 30; ++i) last = bed_.commit_file("web.yaml", "version: " + std::to_string(i));
  EXPECT_EQ(revision(bed_.place(), last, first).id, last);
  EXPECT_EQ(revision(bed_.place(), last, last).id, last);
}

// With such a server the history is had without the files of its commits.
TEST_F(Fetch, AServerThatCanLeaveFilesOutIsAskedTo) {
  bed_.git({"config", "uploadpack.allowFilter", "true"});
  const CommitId first = bed_.head();
  CommitId last;
  for (int i = 0; i < 30; ++i) last = bed_.commit_file("web.yaml", "version: " + std::to_string(i));
  EXPECT_THAT(revision(bed_.place(), last, first).files, ElementsAre(Pair("web.yaml", "version: 29")));
  EXPECT_EQ(refusal(bed_.place(), last, *CommitId::make(std::string(40, '1'))).reason, "Rewound");
}

TEST_F(Fetch, AMergeContinuesBothItsSides) {
  const CommitId first = *tip();
  bed_.git({"checkout", "--quiet", "-b", "side"});
  const CommitId side = bed_.commit_file("side.yaml", "s");
  bed_.git({"checkout", "--quiet", "main"});
  bed_.commit_file("main.yaml", "m");
  bed_.git({"merge", "--quiet", "--no-edit", "side"});
  const CommitId merged = *tip();
  EXPECT_EQ(revision(bed_.place(), merged, side).id, merged);
  EXPECT_EQ(revision(bed_.place(), merged, first).id, merged);
}

TEST_F(Fetch, ARewrittenHistoryIsRefusedUnlessItIsAllowed) {
  const CommitId first = *tip();
  const CommitId second = bed_.commit_file("web.yaml", "second");
  bed_.git({"reset", "--quiet", "--hard", first.str()});
  const CommitId other = bed_.commit_file("web.yaml", "other");
  const Refusal refused = refusal(bed_.place(), other, second);
  EXPECT_EQ(refused.reason, "Rewound");
  EXPECT_EQ(refused.id, other);
  EXPECT_THAT(refused.message, HasSubstr(second.short7()));
  EXPECT_NE(refused.hint, "");
  EXPECT_EQ(refusal(bed_.place(), other, *CommitId::make(std::string(40, '1'))).reason, "Rewound");
  GitPlace place = bed_.place();
  place.rewrites = Rewrites::Allow;
  EXPECT_EQ(revision(place, other, second).id, other);
}

TEST_F(Fetch, ABranchSetBackIsRefused) {
  const CommitId first = *tip();
  const CommitId second = bed_.commit_file("web.yaml", "second");
  bed_.git({"reset", "--quiet", "--hard", first.str()});
  EXPECT_EQ(refusal(bed_.place(), first, second).reason, "Rewound");
}

TEST_F(Fetch, AHistoryThatBeginsAnewIsRefused) {
  const CommitId first = *tip();
  bed_.git({"checkout", "--quiet", "--orphan", "new"});
  bed_.commit_file("web.yaml", "anew");
  bed_.git({"branch", "--force", "main", "new"});
  EXPECT_EQ(refusal(bed_.place(), *tip(), first).reason, "Rewound");
}

}  // namespace
}  // namespace cowherd::testing
