// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/declared_set.h"

#include <gtest/gtest.h>

#include "reconciler/source/file_diagnostic.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

constexpr Span kPruneDelay{10'000};
constexpr const char* kBroken = "kind: Sandbox\nmetadata: {name: web\n";

using Files = std::map<std::string, std::string>;

class DeclaredSetTest : public ::testing::Test {
 protected:
  DeclaredSetTest() { restart(); }

  // A new process on the same state directory.
  void restart() { set_ = std::make_unique<DeclaredSet>(set_of(settings_, last_good_)); }

  static DeclaredSet set_of(const RecordsSettings& settings, LastGood& last_good) {
    return DeclaredSet({SourceRecords(settings, last_good)}, settings.prune_delay);
  }

  static SourceLook complete_look(const Files& files) {
    SourceLook look;
    look.listed = true;
    for (const auto& [path, text] : files) look.files.emplace(path, NewText{text});
    return look;
  }
  // The directory can not be read at all.
  static SourceLook failed_look() {
    SourceLook look;
    look.problems = {"directory vanished"};
    return look;
  }
  Declaration merge(SourceLook look) {
    clock_.advance(Span{1'000});
    return set_->merge({std::move(look)}, clock_.now());
  }
  Declaration see(const Files& files) { return merge(complete_look(files)); }

  static bool declares(const Declaration& declaration, const std::string& name) {
    return declaration.objects.contains(sandbox_name(name));
  }
  static Bytes memory_of(const Declaration& declaration, const std::string& name) {
    const auto found = declaration.objects.find(sandbox_name(name));
    if (found == declaration.objects.end()) return {};
    return std::get<SandboxSpec>(found->second.object.spec.what).memory;
  }
  static FileStatus status(const Declaration& declaration, const std::string& file) {
    for (const FileStatus& found : declaration.files) {
      if (found.file == file) return found;
    }
    return {};
  }
  static bool has_code(const Declaration& declaration, std::string_view code) {
    for (const Diagnostic& found : declaration.diagnostics) {
      if (found.code == code) return true;
    }
    return false;
  }
  // After this many more complete looks at the files, prune_delay apart.
  bool confirmed_after(const Files& files, const std::string& name, int looks) {
    Declaration last;
    for (int i = 0; i < looks; ++i) {
      clock_.advance(kPruneDelay);
      last = see(files);
    }
    return confirmed_absent(last, sandbox_name(name), clock_.now(), kPruneDelay);
  }

  ManualClock clock_{};
  Faults faults_{};
  FakeFileSystem files_{faults_};
  DirectoryLastGood last_good_{files_, "/state/declared"};
  RecordsSettings settings_{"/etc/manifests", kPruneDelay, WhenEmpty::Hold};
  std::unique_ptr<DeclaredSet> set_{};
};

TEST_F(DeclaredSetTest, ValidFilesAreInForce) {
  const Declaration seen = see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(seen.problem.empty());
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_TRUE(declares(seen, "db"));
  EXPECT_EQ(seen.objects.at(sandbox_name("web")).spot.file, "a.yaml");
  ASSERT_EQ(seen.files.size(), 2u);
  EXPECT_TRUE(seen.files[0].valid);
  EXPECT_FALSE(seen.files[0].frozen);
  EXPECT_EQ(seen.looked_at, clock_.now());
}

TEST_F(DeclaredSetTest, ABrokenFileKeepsItsLastGoodVersionInForce) {
  see({{"a.yaml", sandbox("web", "1Gi")}, {"b.yaml", sandbox("db")}});
  const Declaration seen = see({{"a.yaml", kBroken}, {"b.yaml", sandbox("db", "2Gi")}});
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_EQ(memory_of(seen, "db"), 2_GiB);  // the other file goes on
  EXPECT_FALSE(status(seen, "a.yaml").valid);
  EXPECT_TRUE(status(seen, "a.yaml").frozen);
  EXPECT_TRUE(has_errors(status(seen, "a.yaml").diagnostics));
  EXPECT_TRUE(has_errors(seen.diagnostics));
  EXPECT_TRUE(seen.complete);
  const Declaration mended = see({{"a.yaml", sandbox("web", "3Gi")}, {"b.yaml", sandbox("db")}});
  EXPECT_EQ(memory_of(mended, "web"), 3_GiB);
  EXPECT_TRUE(status(mended, "a.yaml").valid);
  EXPECT_TRUE(mended.diagnostics.empty());
}

TEST_F(DeclaredSetTest, AFileCountsWholeOrNotAtAll) {
  see({{"a.yaml", sandbox("web", "1Gi")}});
  const Declaration seen =
      see({{"a.yaml", sandbox("web", "2Gi") + "---\n" + sandbox("db") + "---\n" + kBroken}});
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_FALSE(declares(seen, "db"));
}

TEST_F(DeclaredSetTest, AFileThatWasNeverValidContributesNothing) {
  const Declaration seen = see({{"a.yaml", kBroken}, {"b.yaml", sandbox("db")}});
  EXPECT_EQ(seen.objects.size(), 1u);
  EXPECT_FALSE(status(seen, "a.yaml").valid);
}

TEST_F(DeclaredSetTest, RevertingABrokenEditIsNoChange) {
  see({{"a.yaml", sandbox("web")}});
  see({{"a.yaml", kBroken}});
  const Declaration seen = see({{"a.yaml", sandbox("web")}});
  EXPECT_TRUE(status(seen, "a.yaml").valid);
  EXPECT_TRUE(declares(seen, "web"));
}

TEST_F(DeclaredSetTest, AnUnreadFileKeepsItsObjects) {
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  SourceLook look = complete_look({{"b.yaml", sandbox("db")}});
  look.files.emplace("a.yaml", NoText{file_diagnostic(kNotRegular, "a.yaml", "a FIFO")});
  const Declaration seen = merge(std::move(look));
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_FALSE(status(seen, "a.yaml").valid);
  EXPECT_TRUE(status(seen, "a.yaml").frozen);
  EXPECT_TRUE(has_code(seen, kNotRegular));
}

TEST_F(DeclaredSetTest, ASettlingFileKeepsItsAcceptedVersion) {
  see({{"a.yaml", sandbox("web", "1Gi")}});
  SourceLook look;
  look.listed = true;
  look.files.emplace("a.yaml", NoText{});
  look.problems = {"'a.yaml' changed a moment ago"};
  look.settle_until = clock_.now() + Span{1'250};
  const Declaration seen = merge(look);
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_TRUE(seen.settling);
  EXPECT_EQ(seen.settle_until, *look.settle_until);
  EXPECT_FALSE(seen.complete);
  EXPECT_NE(seen.problem.find("a.yaml"), std::string::npos);
}

// --- absence

TEST_F(DeclaredSetTest, AbsenceNeedsTwoCompleteLooksThatFarApart) {
  const ObjectName web = sandbox_name("web");
  const Files without{{"b.yaml", sandbox("db")}};
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  const Declaration first = see(without);
  const Moment since = clock_.now();
  EXPECT_FALSE(declares(first, "web"));
  EXPECT_EQ(first.absence_of(web), (Absence{since, 1}));
  EXPECT_FALSE(confirmed_absent(first, web, since + kPruneDelay, kPruneDelay));  // one look is not enough
  const Declaration second = see(without);
  EXPECT_EQ(second.absence_of(web), (Absence{since, 2}));
  EXPECT_FALSE(confirmed_absent(second, web, clock_.now(), kPruneDelay));  // too soon
  EXPECT_FALSE(confirmed_absent(second, web, since + kPruneDelay - Span{1}, kPruneDelay));
  EXPECT_TRUE(confirmed_absent(second, web, since + kPruneDelay, kPruneDelay));
}

TEST_F(DeclaredSetTest, LooksThatAreNotCompleteConfirmNothing) {
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  see({{"b.yaml", sandbox("db")}});
  clock_.advance(10 * kPruneDelay);
  const Declaration failed = merge(failed_look());
  EXPECT_EQ(failed.absence_of(sandbox_name("web")).complete_looks, 1);
  EXPECT_FALSE(confirmed_absent(failed, sandbox_name("web"), clock_.now(), kPruneDelay));
  EXPECT_FALSE(declares(failed, "web"));
  EXPECT_TRUE(declares(failed, "db"));
  see({{"b.yaml", sandbox("db")}});
  const Declaration failed_again = merge(failed_look());
  EXPECT_EQ(failed_again.absence_of(sandbox_name("web")).complete_looks, 2);
  EXPECT_FALSE(confirmed_absent(failed_again, sandbox_name("web"), clock_.now(), kPruneDelay));
}

TEST_F(DeclaredSetTest, BeingFoundStartsTheCountAnew) {
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  see({{"b.yaml", sandbox("db")}});
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  clock_.advance(kPruneDelay);
  const Declaration seen = see({{"b.yaml", sandbox("db")}});
  EXPECT_EQ(seen.absence_of(sandbox_name("web")).complete_looks, 1);
}

TEST_F(DeclaredSetTest, ADeclaredNameIsNeverConfirmedAbsent) {
  Declaration seen;
  for (int i = 0; i < 3; ++i) seen = see({{"a.yaml", sandbox("web")}});
  EXPECT_FALSE(confirmed_absent(seen, sandbox_name("web"), clock_.now() + 10 * kPruneDelay, kPruneDelay));
}

TEST_F(DeclaredSetTest, NamesNeverSeenCountFromTheFirstCompleteLook) {
  const ObjectName ghost = sandbox_name("ghost");
  EXPECT_EQ(merge(failed_look()).absence_of(ghost).complete_looks, 0);
  const Declaration first = see({{"a.yaml", sandbox("web")}});
  const Moment since = clock_.now();
  EXPECT_EQ(first.absence_of(ghost), (Absence{since, 1}));
  clock_.advance(kPruneDelay);
  const Declaration second = see({{"a.yaml", sandbox("web")}});
  EXPECT_TRUE(confirmed_absent(second, ghost, clock_.now(), kPruneDelay));
}

TEST_F(DeclaredSetTest, MovingADocumentToAnotherFileIsNoAbsence) {
  see({{"a.yaml", sandbox("web") + "---\n" + sandbox("db")}});
  const Declaration split = see({{"a.yaml", sandbox("db")}, {"b.yaml", sandbox("web")}});
  EXPECT_TRUE(declares(split, "web"));
  EXPECT_EQ(split.objects.at(sandbox_name("web")).spot.file, "b.yaml");
  EXPECT_TRUE(split.diagnostics.empty());
  const Declaration renamed = see({{"a.yaml", sandbox("db")}, {"c.yaml", sandbox("web")}});
  EXPECT_TRUE(declares(renamed, "web"));
  EXPECT_TRUE(renamed.diagnostics.empty());
}

TEST_F(DeclaredSetTest, ANameMovedIntoABrokenFileIsHeld) {
  const Files moved{{"a.yaml", sandbox("db")}, {"b.yaml", sandbox("web") + "broken: {\n"}};
  see({{"a.yaml", sandbox("web") + "---\n" + sandbox("db")}});
  EXPECT_FALSE(declares(see(moved), "web"));
  EXPECT_FALSE(confirmed_after(moved, "web", 3));
  const Files gone{{"a.yaml", sandbox("db")}};
  EXPECT_FALSE(confirmed_after(gone, "web", 1));  // the count begins when the hold ends
  EXPECT_TRUE(confirmed_after(gone, "web", 1));
}

TEST_F(DeclaredSetTest, ANameThatOnlyEverStoodInABrokenFileIsHeld) {
  const Files broken{{"a.yaml", sandbox("db")}, {"b.yaml", sandbox("web") + "broken: {\n"}};
  EXPECT_FALSE(confirmed_after(broken, "web", 3));
  EXPECT_FALSE(confirmed_after({{"a.yaml", sandbox("db")}}, "web", 1));
  EXPECT_TRUE(confirmed_after({{"a.yaml", sandbox("db")}}, "web", 1));
}

TEST_F(DeclaredSetTest, BeingHeldStartsTheCountAnew) {
  const Files rest{{"b.yaml", sandbox("db")}};
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  see(rest);
  see({{"b.yaml", sandbox("db")}, {"c.yaml", kBroken}});  // mentions web
  EXPECT_FALSE(confirmed_after(rest, "web", 1));
  EXPECT_TRUE(confirmed_after(rest, "web", 1));
}

TEST_F(DeclaredSetTest, AVanishedBrokenFileIsAbsentAsAnyOther) {
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  see({{"a.yaml", kBroken}, {"b.yaml", sandbox("db")}});
  EXPECT_FALSE(declares(see({{"b.yaml", sandbox("db")}}), "web"));
  EXPECT_TRUE(confirmed_after({{"b.yaml", sandbox("db")}}, "web", 1));
}

TEST_F(DeclaredSetTest, OldAbsencesAreDroppedAndStayConfirmed) {
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  see({{"b.yaml", sandbox("db")}});
  clock_.advance(std::chrono::hours{2});
  see({{"b.yaml", sandbox("db")}});
  const Declaration seen = see({{"b.yaml", sandbox("db")}});
  EXPECT_TRUE(seen.absences.empty());
  EXPECT_TRUE(confirmed_absent(seen, sandbox_name("web"), clock_.now(), kPruneDelay));
}

// --- looks that are not complete

TEST_F(DeclaredSetTest, WhenTheSourceCanNotBeReadEverythingStaysInForce) {
  see({{"a.yaml", sandbox("web")}});
  const Declaration seen = merge(failed_look());
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_FALSE(seen.complete);
  EXPECT_FALSE(seen.empty_hold);
  EXPECT_EQ(seen.problem, "directory vanished");
  EXPECT_TRUE(status(seen, "a.yaml").frozen);
}

TEST_F(DeclaredSetTest, AFileMissingFromAnIncompleteListStaysInForce) {
  see({{"a.yaml", sandbox("web")}, {"sub/b.yaml", sandbox("db")}});
  SourceLook look = complete_look({{"a.yaml", sandbox("web", "2Gi")}});
  look.listed = false;
  look.problems = {"sub is not readable"};
  const Declaration seen = merge(std::move(look));
  EXPECT_TRUE(declares(seen, "db"));
  EXPECT_EQ(memory_of(seen, "web"), 2_GiB);
}

TEST_F(DeclaredSetTest, ARenameIsTakenAlthoughAnotherFileMakesTheLookIncomplete) {
  see({{"a.yaml", sandbox("web", "1Gi") + "---\n" + sandbox("db")}});
  SourceLook look = complete_look({{"b.yaml", sandbox("web", "2Gi")}});
  look.files.emplace("x.yaml", NoText{file_diagnostic(kUnreadable, "x.yaml", "EIO")});
  look.problems = {"'x.yaml' was not read"};
  const Declaration seen = merge(std::move(look));
  EXPECT_EQ(memory_of(seen, "web"), 2_GiB);
  EXPECT_TRUE(declares(seen, "db"));  // gone from the list, in force until that is certain
  EXPECT_TRUE(status(seen, "b.yaml").valid);
  const Declaration certain = see({{"b.yaml", sandbox("web", "2Gi")}});
  EXPECT_FALSE(declares(certain, "db"));
  EXPECT_TRUE(declares(certain, "web"));
}

// --- conflicts between files

TEST_F(DeclaredSetTest, ANewDuplicateGivesWayToWhatIsInForce) {
  see({{"a.yaml", sandbox("web", "1Gi")}, {"b.yaml", sandbox("db", "1Gi")}});
  const Declaration seen = see({{"a.yaml", sandbox("web", "1Gi")},
                                {"b.yaml", sandbox("db", "2Gi") + "---\n" + sandbox("web", "2Gi")}});
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_EQ(memory_of(seen, "db"), 1_GiB);  // the old version of b.yaml stays, whole
  EXPECT_TRUE(status(seen, "a.yaml").valid);
  EXPECT_FALSE(status(seen, "b.yaml").valid);
  EXPECT_TRUE(status(seen, "b.yaml").frozen);
  ASSERT_EQ(seen.diagnostics.size(), 1u);
  std::set<std::string> places{seen.diagnostics[0].spot.file};
  for (const auto& other : seen.diagnostics[0].others) places.insert(other.spot.file);
  EXPECT_EQ(places, (std::set<std::string>{"a.yaml", "b.yaml"}));
}

TEST_F(DeclaredSetTest, TheVersionThatGaveWayComesIntoForceWhenTheOtherLeaves) {
  const std::string both = sandbox("db") + "---\n" + sandbox("web", "2Gi");
  see({{"a.yaml", sandbox("web", "1Gi")}});
  const Declaration conflict = see({{"a.yaml", sandbox("web", "1Gi")}, {"b.yaml", both}});
  EXPECT_FALSE(declares(conflict, "db"));
  EXPECT_TRUE(conflict.holds(sandbox_name("db")));  // declared, only not in force
  EXPECT_FALSE(conflict.holds(sandbox_name("web")));
  const Declaration settled = see({{"b.yaml", both}});
  EXPECT_EQ(memory_of(settled, "web"), 2_GiB);
  EXPECT_TRUE(declares(settled, "db"));
  EXPECT_TRUE(settled.held.empty());
  EXPECT_TRUE(settled.diagnostics.empty());
}

TEST_F(DeclaredSetTest, OnAFreshStartNeitherDuplicateAppliesAndNoneIsAbsent) {
  const Files files{{"a.yaml", sandbox("web", "1Gi")},
                    {"b.yaml", sandbox("web", "2Gi") + "---\n" + sandbox("db")},
                    {"c.yaml", sandbox("other")}};
  const Declaration seen = see(files);
  EXPECT_EQ(seen.objects.size(), 1u);
  for (const char* file : {"a.yaml", "b.yaml"}) {
    EXPECT_FALSE(status(seen, file).valid) << file;
    EXPECT_TRUE(status(seen, file).frozen) << file;
    EXPECT_TRUE(has_errors(status(seen, file).diagnostics)) << file;
  }
  EXPECT_FALSE(confirmed_after(files, "web", 3));
  EXPECT_FALSE(confirmed_after(files, "db", 3));
}

TEST_F(DeclaredSetTest, AConflictIsDecidedAlikeAfterARestart) {
  const Files conflict{{"a.yaml", sandbox("web", "2Gi")}, {"z.yaml", sandbox("web", "1Gi")}};
  see({{"z.yaml", sandbox("web", "1Gi")}});
  EXPECT_EQ(memory_of(see(conflict), "web"), 1_GiB);
  restart();
  EXPECT_EQ(memory_of(see(conflict), "web"), 1_GiB);
}

TEST_F(DeclaredSetTest, AConflictThatFallsBackMayUncoverAnother) {
  // db moves from b to c while b's new version collides with a: b stays old, so c gives way, too.
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db", "1Gi")}});
  const Declaration seen =
      see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("web")}, {"c.yaml", sandbox("db", "2Gi")}});
  EXPECT_EQ(memory_of(seen, "db"), 1_GiB);
  EXPECT_FALSE(status(seen, "b.yaml").valid);
  EXPECT_FALSE(status(seen, "c.yaml").valid);
}

TEST_F(DeclaredSetTest, OldVersionsInConflictAreHeldNotApplied) {
  // Power was lost between remembering two files of which one took an object over from the other.
  ASSERT_TRUE(last_good_.remember({"a.yaml", sandbox("web", "1Gi"), settings_.root, clock_.now()}));
  ASSERT_TRUE(last_good_.remember({"b.yaml", sandbox("web", "2Gi"), settings_.root, clock_.now()}));
  const Declaration seen = merge(failed_look());
  EXPECT_FALSE(declares(seen, "web"));
  EXPECT_TRUE(seen.holds(sandbox_name("web")));
  EXPECT_EQ(memory_of(see({{"a.yaml", "# moved\n"}, {"b.yaml", sandbox("web", "2Gi")}}), "web"), 2_GiB);
}

// --- emptiness

TEST_F(DeclaredSetTest, AnEmptyDirectoryThatWasNotEmptyIsHeld) {
  see({{"a.yaml", sandbox("web")}});
  const Declaration seen = see({});
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(seen.empty_hold);
  EXPECT_TRUE(seen.objects.empty());
  EXPECT_EQ(seen.absence_of(sandbox_name("web")).complete_looks, 1);  // counted, for whoever approves
  EXPECT_FALSE(see({{"a.yaml", sandbox("web")}}).empty_hold);
}

TEST_F(DeclaredSetTest, AnEmptyDirectoryFromTheStartIsJustEmpty) { EXPECT_FALSE(see({}).empty_hold); }

TEST_F(DeclaredSetTest, FilesWithoutDocumentsAreEmptyToo) {
  see({{"a.yaml", sandbox("web")}});
  EXPECT_TRUE(see({{"a.yaml", "# nothing\n"}}).empty_hold);
  restart();
  EXPECT_TRUE(see({{"a.yaml", "# nothing\n"}}).empty_hold);
}

TEST_F(DeclaredSetTest, TheHoldSurvivesRestartsAndTime) {
  see({{"a.yaml", sandbox("web")}});
  for (int i = 0; i < 4; ++i) {
    clock_.advance(2 * kPruneDelay);
    EXPECT_TRUE(see({}).empty_hold);
  }
  restart();
  EXPECT_TRUE(see({}).empty_hold);
}

TEST_F(DeclaredSetTest, ApprovedEmptinessIsForgotten) {
  see({{"a.yaml", sandbox("web")}});
  see({});
  set_->accept_empty();
  EXPECT_FALSE(see({}).empty_hold);
  clock_.advance(kPruneDelay);
  see({});
  clock_.advance(kPruneDelay);
  see({});
  EXPECT_TRUE(files_.peek_tree("/state/declared").empty());
  restart();
  EXPECT_FALSE(see({}).empty_hold);
}

TEST_F(DeclaredSetTest, EmptinessCanBeAcceptedBySetting) {
  settings_.when_empty = WhenEmpty::Accept;
  restart();
  see({{"a.yaml", sandbox("web")}});
  EXPECT_FALSE(see({}).empty_hold);
}

TEST_F(DeclaredSetTest, AnotherRootThatIsEmptyIsHeldToo) {
  see({{"a.yaml", sandbox("web")}});
  settings_.root = "/etc/other";
  restart();
  const Declaration seen = see({});
  EXPECT_TRUE(seen.empty_hold);
  EXPECT_FALSE(declares(seen, "web"));
}

// --- over restarts

TEST_F(DeclaredSetTest, AfterARestartABrokenFileKeepsItsLastGoodVersion) {
  see({{"a.yaml", sandbox("web", "1Gi")}});
  files_.lose_power();
  restart();
  const Declaration seen = see({{"a.yaml", kBroken}});
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_TRUE(status(seen, "a.yaml").frozen);
}

TEST_F(DeclaredSetTest, AfterARestartWithoutTheDirectoryEverythingStaysInForce) {
  see({{"a.yaml", sandbox("web", "1Gi")}});
  restart();
  const Declaration seen = merge(failed_look());
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_EQ(seen.objects.at(sandbox_name("web")).spot.file, "a.yaml");
  EXPECT_TRUE(status(seen, "a.yaml").frozen);
}

TEST_F(DeclaredSetTest, ARememberedFileThatIsGoneIsForgottenAfterTwoLooks) {
  const Files rest{{"b.yaml", sandbox("db")}};
  see({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  EXPECT_EQ(files_.peek_tree("/state/declared").size(), 2u);
  see(rest);
  clock_.advance(kPruneDelay - Span{1'001});
  see(rest);
  EXPECT_EQ(files_.peek_tree("/state/declared").size(), 2u);
  see(rest);
  EXPECT_EQ(files_.peek_tree("/state/declared").size(), 1u);
}

TEST_F(DeclaredSetTest, AFileThatComesBackIsRememberedStill) {
  const Files rest{{"b.yaml", sandbox("db")}};
  const Files both{{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}};
  see(both);
  see(rest);
  see(both);
  clock_.advance(2 * kPruneDelay);
  see(both);
  restart();
  EXPECT_TRUE(declares(merge(failed_look()), "web"));
}

TEST_F(DeclaredSetTest, WhatCanNotBeRememberedIsInForceAndTriedAgain) {
  files_.set_full();
  const Declaration seen = see({{"a.yaml", sandbox("web")}});
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_TRUE(has_code(seen, kNotRemembered));
  EXPECT_FALSE(has_errors(seen.diagnostics));
  files_.set_capacity(1_GiB);
  EXPECT_FALSE(has_code(see({{"a.yaml", sandbox("web")}}), kNotRemembered));
  restart();
  EXPECT_TRUE(declares(merge(failed_look()), "web"));
}

TEST_F(DeclaredSetTest, UnchangedFilesAreRememberedOnce) {
  see({{"a.yaml", sandbox("web")}});
  faults_.arm(FaultMode::None, 0);
  see({{"a.yaml", sandbox("web")}});
  EXPECT_EQ(faults_.calls(), 0);
}

TEST_F(DeclaredSetTest, AReaderSeesWhatTheDaemonRemembersAndWritesNothing) {
  see({{"a.yaml", sandbox("web", "1Gi")}});
  const auto before = files_.peek_tree("/state");
  ReadOnlyLastGood read_only(last_good_);
  DeclaredSet reader = set_of(settings_, read_only);
  const Declaration seen =
      reader.merge({complete_look({{"a.yaml", kBroken}, {"n.yaml", sandbox("new")}})}, clock_.now());
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_TRUE(declares(seen, "new"));
  reader.merge({complete_look({{"n.yaml", sandbox("new")}})}, clock_.now() + kPruneDelay);
  reader.merge({complete_look({{"n.yaml", sandbox("new")}})}, clock_.now() + 3 * kPruneDelay);
  EXPECT_EQ(files_.peek_tree("/state"), before);
}

TEST_F(DeclaredSetTest, UnreadableMemoryMakesTheLookIncomplete) {
  see({{"a.yaml", sandbox("web", "1Gi")}});
  restart();
  files_.deny("/state/declared");
  const Declaration blind = see({{"a.yaml", kBroken}, {"b.yaml", sandbox("db")}});
  EXPECT_FALSE(blind.complete);
  EXPECT_TRUE(declares(blind, "db"));
  files_.allow("/state/declared");
  const Declaration seen = see({{"a.yaml", kBroken}, {"b.yaml", sandbox("db")}});
  EXPECT_TRUE(seen.complete);
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
}

TEST_F(DeclaredSetTest, ACorruptMemoryIsIgnoredAndTold) {
  see({{"a.yaml", sandbox("web")}});
  const std::string entry = files_.peek_tree("/state/declared").begin()->first;
  for (const char* text : {"", "{", "{}", "[1]", "{\"path\": 1}", "\xff\xfe"}) {
    files_.put(entry.starts_with('/') ? entry : "/state/declared/" + entry, text);
    restart();
    const Declaration seen = see({{"a.yaml", kBroken}});
    EXPECT_TRUE(has_code(seen, kLastGoodIgnored)) << text;
    EXPECT_FALSE(declares(seen, "web"));
    EXPECT_FALSE(confirmed_absent(seen, sandbox_name("web"), clock_.now() + kPruneDelay, kPruneDelay));
  }
}

TEST_F(DeclaredSetTest, AMemoryThatIsNotValidAnyMoreHoldsItsNames) {
  ASSERT_TRUE(last_good_.remember(
      {"a.yaml", std::string("metadata: {name: web}\n") + kBroken, settings_.root, clock_.now()}));
  const Declaration seen = merge(failed_look());
  EXPECT_TRUE(has_code(seen, kLastGoodIgnored));
  EXPECT_TRUE(seen.holds(sandbox_name("web")));
}

// --- power loss

TEST_F(DeclaredSetTest, WhereverPowerIsLostOneGoodVersionIsInForceAfterwards) {
  const Files old_files{{"a.yaml", sandbox("web", "1Gi")}, {"b.yaml", sandbox("db", "1Gi")}};
  const Files new_files{{"a.yaml", sandbox("web", "2Gi")}, {"b.yaml", sandbox("db", "2Gi")}};
  int n = 1;
  for (bool died = true; died; ++n) {
    for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter}) {
      faults_.disarm();
      files_.erase("/state");
      restart();
      see(old_files);
      faults_.arm(mode, n);
      died = false;
      try {
        see(new_files);
      } catch (const SimulatedDeath&) {
        died = true;
      }
      faults_.disarm();
      files_.lose_power();
      restart();
      const Declaration seen = merge(failed_look());
      for (const char* name : {"web", "db"}) {
        EXPECT_TRUE(memory_of(seen, name) == 1_GiB || memory_of(seen, name) == 2_GiB) << n << name;
        EXPECT_TRUE(died || memory_of(seen, name) == 2_GiB) << n << name;
      }
      EXPECT_TRUE(seen.diagnostics.empty());
    }
  }
  EXPECT_GT(n, 6);
}

}  // namespace
}  // namespace cowherd::testing
