// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/directory_scan.h"

#include "reconciler/source/file_diagnostic.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

constexpr Span kSettle{250};

class DirectoryScanTest : public ::testing::Test {
 protected:
  SourceLook look() { return scan_.look(directory_.clock.now()); }
  SourceLook look_at(Moment now) { return scan_.look(now); }
  DirectoryScan scan_with(TreeLimits limits) {
    return DirectoryScan(trees_, directory_.root(), kSettle, limits);
  }

  static std::string text_of(const SourceLook& look, const std::string& file) {
    const auto found = look.files.find(file);
    if (found == look.files.end()) return "(not there)";
    const auto* text = std::get_if<NewText>(&found->second);
    return text == nullptr ? "(no new text)" : text->text;
  }
  static bool is_same(const SourceLook& look, const std::string& file) {
    const auto found = look.files.find(file);
    return found != look.files.end() && std::holds_alternative<SameText>(found->second);
  }
  // The code of the diagnostic that says why a file has no text; "settling" when there is none.
  static std::string refusal(const SourceLook& look, const std::string& file) {
    const auto found = look.files.find(file);
    if (found == look.files.end()) return "(not there)";
    const auto* none = std::get_if<NoText>(&found->second);
    if (none == nullptr) return "(read)";
    return none->why ? none->why->code : "settling";
  }
  static bool complete(const SourceLook& look) { return look.listed && look.problems.empty(); }

  ManifestDirectory directory_{};
  Disturbance disturbance_{};
  DisturbedTrees trees_{disturbance_};
  DirectoryScan scan_{trees_, directory_.root(), kSettle, TreeLimits{}};
};

TEST_F(DirectoryScanTest, ReadsManifestsOfAllSubdirectories) {
  directory_.put("manifests/a.yaml", "one");
  directory_.put("manifests/team/b.yml", "two");
  directory_.put("manifests/team/deep/c.json", "three");
  const SourceLook seen = look();
  EXPECT_TRUE(complete(seen));
  EXPECT_EQ(text_of(seen, "a.yaml"), "one");
  EXPECT_EQ(text_of(seen, "team/b.yml"), "two");
  EXPECT_EQ(text_of(seen, "team/deep/c.json"), "three");
}

TEST_F(DirectoryScanTest, LeavesByProductsAndHiddenDirectoriesAlone) {
  for (const char* name :
       {".a.yaml.swp", "a.yaml~", "#a.yaml#", "a.yaml.tmp", ".hidden/a.yaml", "README.md", "4913"}) {
    directory_.put(std::string("manifests/") + name, "x");
  }
  directory_.link("manifests/.#a.yaml", "root@host.1234:5678");  // emacs
  const SourceLook seen = look();
  EXPECT_TRUE(complete(seen));
  EXPECT_TRUE(seen.files.empty());
  EXPECT_EQ(disturbance_.reads, 0);
}

TEST_F(DirectoryScanTest, UnchangedFilesAreNotReadAgain) {
  for (int i = 0; i < 50; ++i) directory_.put("manifests/f" + std::to_string(i) + ".yaml", "x");
  look();
  EXPECT_EQ(disturbance_.reads, 50);
  disturbance_.stats = 0;
  const SourceLook second = look();
  EXPECT_EQ(disturbance_.reads, 50);
  EXPECT_EQ(disturbance_.stats, 51);  // each file and the root, once
  EXPECT_TRUE(is_same(second, "f7.yaml"));
}

TEST_F(DirectoryScanTest, OnlyTheChangedFileIsRead) {
  directory_.put("manifests/a.yaml", "one");
  directory_.put("manifests/b.yaml", "two");
  look();
  directory_.put("manifests/b.yaml", "2");
  const SourceLook seen = look();
  EXPECT_EQ(disturbance_.reads, 3);
  EXPECT_TRUE(is_same(seen, "a.yaml"));
  EXPECT_EQ(text_of(seen, "b.yaml"), "2");
}

TEST_F(DirectoryScanTest, AFreshlyChangedFileSettlesFirst) {
  directory_.put("manifests/a.yaml", "one");
  const Moment changed = directory_.changed_at("manifests/a.yaml");
  const SourceLook early = look_at(changed + Span{100});
  EXPECT_EQ(refusal(early, "a.yaml"), "settling");
  EXPECT_FALSE(complete(early));
  EXPECT_TRUE(early.listed);
  ASSERT_TRUE(early.settle_until);
  EXPECT_EQ(*early.settle_until, changed + kSettle);
  EXPECT_EQ(disturbance_.reads, 0);
  const SourceLook late = look_at(*early.settle_until);
  EXPECT_EQ(text_of(late, "a.yaml"), "one");
  EXPECT_FALSE(late.settle_until);
}

TEST_F(DirectoryScanTest, AnOldModificationTimeDoesNotHideAFreshWrite) {
  directory_.put("manifests/a.yaml", "one");
  directory_.set_modified("manifests/a.yaml", directory_.clock.now() - std::chrono::hours{1000});
  const Moment changed = directory_.changed_at("manifests/a.yaml");
  EXPECT_EQ(refusal(look_at(changed + Span{10}), "a.yaml"), "settling");
}

TEST_F(DirectoryScanTest, AModificationTimeInTheFutureStallsForTwoSecondsOnly) {
  directory_.put("manifests/a.yaml", "one");
  directory_.set_modified("manifests/a.yaml", directory_.clock.now() + std::chrono::hours{100});
  EXPECT_EQ(refusal(look(), "a.yaml"), "settling");
  directory_.clock.advance(Span{1'999});
  const SourceLook waiting = look();
  EXPECT_EQ(refusal(waiting, "a.yaml"), "settling");
  EXPECT_EQ(*waiting.settle_until, directory_.clock.now() + Span{1});
  directory_.clock.advance(Span{1});
  EXPECT_EQ(text_of(look(), "a.yaml"), "one");
}

TEST_F(DirectoryScanTest, AFileFromTheFutureThatKeepsChangingIsNotRead) {
  for (int i = 0; i < 5; ++i) {
    directory_.append("manifests/a.yaml", "x");
    directory_.set_modified("manifests/a.yaml", directory_.clock.now() + std::chrono::hours{100});
    EXPECT_EQ(refusal(look(), "a.yaml"), "settling");
    directory_.clock.advance(Span{1'999});
  }
}

TEST_F(DirectoryScanTest, AFileWrittenWhileItIsReadIsNotTaken) {
  directory_.put("manifests/a.yaml", "one");
  directory_.put("manifests/b.yaml", "two");
  disturbance_.before_read = [&](const std::string& path) {
    if (path == "a.yaml") directory_.append("manifests/a.yaml", "more");
  };
  const SourceLook seen = look();
  EXPECT_EQ(refusal(seen, "a.yaml"), "settling");
  EXPECT_EQ(text_of(seen, "b.yaml"), "two");
  EXPECT_FALSE(complete(seen));
}

TEST_F(DirectoryScanTest, AFileWrittenAfterItWasReadInTheSameLookIsNotTaken) {
  directory_.put("manifests/a.yaml", "one");
  directory_.put("manifests/b.yaml", "two");
  disturbance_.after_read = [&](const std::string& path) {
    if (path == "b.yaml") directory_.append("manifests/a.yaml", "more");
  };
  const SourceLook seen = look();
  EXPECT_EQ(refusal(seen, "a.yaml"), "settling");
  EXPECT_EQ(text_of(seen, "b.yaml"), "two");
  disturbance_.after_read = nullptr;
  EXPECT_EQ(text_of(look(), "a.yaml"), "onemore");
}

TEST_F(DirectoryScanTest, AFileRenamedOverWhileOthersAreReadIsSeenWhole) {
  directory_.put("manifests/a.yaml", "old");
  directory_.put("manifests/b.yaml", "b");
  bool once = true;
  disturbance_.after_read = [&](const std::string& path) {
    if (path != "b.yaml" || !once) return;
    once = false;
    directory_.put("a.new", "new");
    directory_.rename("a.new", "manifests/a.yaml");
  };
  const SourceLook seen = look();
  EXPECT_TRUE(complete(seen));
  EXPECT_EQ(text_of(seen, "a.yaml"), "new");
}

TEST_F(DirectoryScanTest, AFileAddedWhileOthersAreReadBelongsToTheLook) {
  directory_.put("manifests/a.yaml", "a");
  disturbance_.after_read = [&](const std::string& path) {
    if (path == "a.yaml") directory_.put("manifests/b.yaml", "b");
    disturbance_.after_read = nullptr;
  };
  const SourceLook seen = look();
  EXPECT_EQ(text_of(seen, "b.yaml"), "b");
}

TEST_F(DirectoryScanTest, AStormOfChangesEndsInALookThatIsNotComplete) {
  directory_.put("manifests/a.yaml", "a");
  int n = 0;
  disturbance_.after_read = [&](const std::string&) {
    directory_.put("manifests/n" + std::to_string(++n) + ".yaml", "n");
  };
  const SourceLook seen = look();
  EXPECT_FALSE(seen.listed);
  EXPECT_TRUE(seen.files.empty());
  ASSERT_EQ(seen.problems.size(), 1u);
  EXPECT_NE(seen.problems[0].find("changed while it was read"), std::string::npos);
}

TEST_F(DirectoryScanTest, ASwapOfTheRootYieldsOldOrNewNeverAMix) {
  for (const char* version : {"old", "new"}) {
    directory_.put(std::string(version) + "/a.yaml", version);
    directory_.put(std::string(version) + "/b.yaml", version);
  }
  directory_.link("current", "old");
  DirectoryScan scan(trees_, directory_.path("current"), kSettle, TreeLimits{});
  bool once = true;
  disturbance_.after_read = [&](const std::string&) {
    if (once) directory_.swap_link("current", "new");
    once = false;
  };
  const SourceLook seen = scan.look(directory_.clock.now());
  EXPECT_TRUE(complete(seen));
  EXPECT_EQ(text_of(seen, "a.yaml"), "new");
  EXPECT_EQ(text_of(seen, "b.yaml"), "new");
}

TEST_F(DirectoryScanTest, ASwapOfTheDataLinkYieldsOldOrNewNeverAMix) {
  for (const char* version : {"..1", "..2"}) {
    directory_.put(std::string("manifests/") + version + "/a.yaml", version);
    directory_.put(std::string("manifests/") + version + "/b.yaml", version);
  }
  directory_.link("manifests/..data", "..1");
  directory_.link("manifests/a.yaml", "..data/a.yaml");
  directory_.link("manifests/b.yaml", "..data/b.yaml");
  const SourceLook first = look();
  EXPECT_TRUE(complete(first));
  EXPECT_EQ(text_of(first, "a.yaml"), "..1");
  EXPECT_EQ(first.files.size(), 2u);

  directory_.swap_link("manifests/..data", "..2");
  bool once = true;
  disturbance_.after_read = [&](const std::string&) {  // and back, half way
    if (once) directory_.swap_link("manifests/..data", "..1");
    once = false;
  };
  const SourceLook second = look();
  EXPECT_TRUE(complete(second));
  EXPECT_TRUE(is_same(second, "a.yaml"));
  EXPECT_TRUE(is_same(second, "b.yaml"));
}

TEST_F(DirectoryScanTest, AMissingRootIsNotAnEmptyOne) {
  directory_.remove("manifests");
  const SourceLook seen = look();
  EXPECT_FALSE(seen.listed);
  ASSERT_EQ(seen.problems.size(), 1u);
  EXPECT_NE(seen.problems[0].find("ENOENT"), std::string::npos);
}

TEST_F(DirectoryScanTest, ARootThatIsAFileOrALoopIsNotAnEmptyOne) {
  directory_.remove("manifests");
  directory_.put("manifests", "a file");
  EXPECT_FALSE(look().listed);
  directory_.remove("manifests");
  directory_.link("manifests", "manifests");
  EXPECT_FALSE(look().listed);
}

TEST_F(DirectoryScanTest, AnUnreadableSubdirectoryHidesOnlyItsOwnFiles) {
  directory_.put("manifests/a.yaml", "a");
  directory_.put("manifests/sub/b.yaml", "b");
  disturbance_.refuse_list.emplace("sub", errno_error(EACCES, "list 'sub'"));
  const SourceLook seen = look();
  EXPECT_FALSE(seen.listed);
  EXPECT_EQ(text_of(seen, "a.yaml"), "a");
  EXPECT_EQ(seen.files.size(), 1u);
  EXPECT_EQ(seen.problems, std::vector<std::string>{"list 'sub': Permission denied (EACCES)"});
}

TEST_F(DirectoryScanTest, AnUnreadableFileMakesTheLookIncomplete) {
  directory_.put("manifests/a.yaml", "a");
  directory_.put("manifests/b.yaml", "b");
  disturbance_.refuse_read.emplace("a.yaml", errno_error(EIO, "read 'a.yaml'"));
  const SourceLook seen = look();
  EXPECT_TRUE(seen.listed);
  EXPECT_FALSE(complete(seen));
  EXPECT_EQ(refusal(seen, "a.yaml"), kUnreadable);
  EXPECT_EQ(text_of(seen, "b.yaml"), "b");
}

TEST_F(DirectoryScanTest, AFifoIsNeverOpened) {
  directory_.make_fifo("manifests/x.yaml");
  directory_.put("manifests/a.yaml", "a");
  const SourceLook seen = look();
  EXPECT_EQ(refusal(seen, "x.yaml"), kNotRegular);
  EXPECT_TRUE(complete(seen));
  EXPECT_EQ(disturbance_.reads, 1);
}

TEST_F(DirectoryScanTest, AFileThatBecomesAFifoBeforeItIsOpenedDoesNotBlock) {
  directory_.put("manifests/a.yaml", "a");
  disturbance_.before_read = [&](const std::string&) {
    directory_.remove("manifests/a.yaml");
    directory_.make_fifo("manifests/a.yaml");
    disturbance_.before_read = nullptr;
  };
  EXPECT_EQ(refusal(look(), "a.yaml"), kUnreadable);
  EXPECT_EQ(refusal(look(), "a.yaml"), kNotRegular);
}

TEST_F(DirectoryScanTest, ATooLargeFileIsNotRead) {
  directory_.put("manifests/big.yaml", std::string(2u << 20, '#'));
  directory_.put("manifests/fits.yaml", std::string(1u << 20, '#'));
  const SourceLook seen = look();
  EXPECT_EQ(refusal(seen, "big.yaml"), kFileTooLarge);
  EXPECT_EQ(text_of(seen, "fits.yaml").size(), 1u << 20);
  EXPECT_FALSE(complete(seen));
  EXPECT_EQ(disturbance_.reads, 1);
}

TEST_F(DirectoryScanTest, SymlinksThatLeaveTheRootAreNotFollowed) {
  directory_.put("secret.yaml", "secret");
  directory_.put("manifests/inside.yaml", "inside");
  directory_.link("manifests/a.yaml", "../secret.yaml");
  directory_.link("manifests/b.yaml", directory_.path("secret.yaml"));
  directory_.link("manifests/c.yaml", "/proc/self/environ");
  directory_.link("manifests/d.yaml", directory_.root() + "/inside.yaml");  // absolute leaves it, too
  directory_.link("manifests/e.yaml", "inside.yaml");
  const SourceLook seen = look();
  for (const char* name : {"a.yaml", "b.yaml", "c.yaml", "d.yaml"})
    EXPECT_EQ(refusal(seen, name), kLeadsOut) << name;
  EXPECT_EQ(text_of(seen, "e.yaml"), "inside");
  EXPECT_FALSE(complete(seen));
}

TEST_F(DirectoryScanTest, ASymlinkThatLeadsNowhereIsNotAnAbsentFile) {
  directory_.link("manifests/a.yaml", "gone.yaml");
  directory_.link("manifests/b.yaml", "b.yaml");
  const SourceLook seen = look();
  EXPECT_EQ(refusal(seen, "a.yaml"), kLeadsNowhere);
  EXPECT_EQ(refusal(seen, "b.yaml"), kLeadsNowhere);
  EXPECT_FALSE(complete(seen));
}

TEST_F(DirectoryScanTest, ADirectoryBehindASymlinkIsReadOnce) {
  directory_.put("manifests/real/a.yaml", "a");
  directory_.link("manifests/also", "real");
  directory_.link("manifests/real/up", "..");
  directory_.put("manifests/.worktrees/abc/b.yaml", "b");
  directory_.link("manifests/current", ".worktrees/abc");
  const SourceLook seen = look();
  EXPECT_TRUE(complete(seen));
  EXPECT_EQ(seen.files.size(), 2u);
  EXPECT_EQ(text_of(seen, "real/a.yaml"), "a");
  EXPECT_EQ(text_of(seen, "current/b.yaml"), "b");
  EXPECT_EQ(seen.diagnostics.size(), 2u);
  for (const Diagnostic& found : seen.diagnostics) EXPECT_EQ(found.code, kReadOnceOnly);
}

TEST_F(DirectoryScanTest, ADirectorySymlinkThatLeavesTheRootMakesTheLookIncomplete) {
  directory_.put("elsewhere/a.yaml", "a");
  directory_.link("manifests/team", "../elsewhere");
  EXPECT_FALSE(look().listed);
  directory_.remove("manifests/team");
  directory_.put("notes", "n");
  directory_.link("manifests/README", "../notes");  // a file is nobody's business
  EXPECT_TRUE(complete(look()));
}

TEST_F(DirectoryScanTest, TooManyFilesAreNotAWholeList) {
  for (int i = 0; i < 5; ++i) directory_.put("manifests/f" + std::to_string(i) + ".yaml", "x");
  TreeLimits limits;
  limits.files = 5;
  EXPECT_TRUE(complete(scan_with(limits).look(directory_.clock.now())));
  limits.files = 4;
  const SourceLook seen = scan_with(limits).look(directory_.clock.now());
  EXPECT_FALSE(seen.listed);
  EXPECT_EQ(seen.problems, std::vector<std::string>{"there are more than 4 manifest files"});
}

TEST_F(DirectoryScanTest, TooManyNamesAreNotAWholeList) {
  for (int i = 0; i < 5; ++i) directory_.put("manifests/f" + std::to_string(i), "x");
  TreeLimits limits;
  limits.entries = 4;
  EXPECT_FALSE(scan_with(limits).look(directory_.clock.now()).listed);
}

TEST_F(DirectoryScanTest, TooDeepDirectoriesAreNotAWholeList) {
  std::string path = "manifests";
  for (int i = 0; i < 16; ++i) path += "/d";
  directory_.put(path + "/a.yaml", "a");
  EXPECT_TRUE(complete(look()));
  directory_.put(path + "/d/a.yaml", "a");
  const SourceLook seen = look();
  EXPECT_FALSE(seen.listed);
  EXPECT_EQ(seen.files.size(), 1u);
}

TEST_F(DirectoryScanTest, TooMuchTextTogetherChangesNothing) {
  directory_.put("manifests/a.yaml", "12345");
  TreeLimits limits;
  limits.total = {8};
  DirectoryScan scan = scan_with(limits);
  EXPECT_EQ(text_of(scan.look(directory_.clock.now()), "a.yaml"), "12345");
  directory_.put("manifests/b.yaml", "12345");
  const SourceLook seen = scan.look(directory_.clock.now());
  EXPECT_FALSE(seen.listed);
  EXPECT_TRUE(seen.files.empty());
  directory_.remove("manifests/b.yaml");
  EXPECT_TRUE(is_same(scan.look(directory_.clock.now()), "a.yaml"));
}

TEST_F(DirectoryScanTest, AFileNameThatIsNotPrintableIsShownEscaped) {
  directory_.put("manifests/a\n\xff.yaml", "a");
  const SourceLook seen = look();
  EXPECT_EQ(refusal(seen, "a\\x0a\\xff.yaml"), kUnprintableName);
  EXPECT_EQ(disturbance_.reads, 0);
}

}  // namespace
}  // namespace cowherd::testing
