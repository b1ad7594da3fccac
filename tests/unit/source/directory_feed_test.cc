// SPDX-License-Identifier: Apache-2.0
// The whole way from a real directory to a Declaration.
#include "reconciler/source/directory_feed.h"

#include "reconciler/source/file_diagnostic.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

constexpr Span kPruneDelay{10'000};
constexpr const char* kBroken = "kind: Sandbox\nmetadata: {name: web\n";

class DirectoryFeedTest : public ::testing::Test {
 protected:
  DirectoryFeedTest() { settings_.directory = directory_.root(); }

  // A new process on the same state directory.
  void restart() {
    std::vector<OneSource> sources;
    sources.push_back(directory_source(settings_, last_good_, std::make_unique<DisturbedTrees>(disturbance_)));
    source_ = std::make_unique<Sources>(std::move(sources), settings_.prune_delay);
  }
  Declaration load() {
    if (!source_) restart();
    directory_.clock.advance(Span{1'000});
    return source_->load(directory_.clock.now());
  }
  Declaration load_at(Moment now) {
    if (!source_) restart();
    return source_->load(now);
  }
  static bool declares(const Declaration& declaration, const std::string& name) {
    return declaration.objects.contains(sandbox_name(name));
  }
  static Bytes memory_of(const Declaration& declaration, const std::string& name) {
    const auto found = declaration.objects.find(sandbox_name(name));
    if (found == declaration.objects.end()) return {};
    return std::get<SandboxSpec>(found->second.object.spec.what).memory;
  }

  ManifestDirectory directory_{};
  Disturbance disturbance_{};
  Faults faults_{};
  FakeFileSystem files_{faults_};
  DirectoryLastGood last_good_{files_, "/state/declared"};
  DirectorySettings settings_{};
  std::unique_ptr<Sources> source_{};
};

TEST_F(DirectoryFeedTest, NoPrefixOfAFileBeingWrittenIsTaken) {
  const std::string old_text = sandbox("web", "1Gi") + "---\n" + sandbox("db", "1Gi");
  const std::string new_text = sandbox("web", "2Gi") + "---\n" + sandbox("db", "2Gi");
  directory_.put("manifests/a.yaml", old_text);
  load();
  for (std::size_t length = 0; length < new_text.size(); ++length) {
    directory_.put("manifests/a.yaml", new_text.substr(0, length));
    const Declaration seen = load_at(directory_.changed_at("manifests/a.yaml") + Span{249});
    ASSERT_EQ(memory_of(seen, "web"), 1_GiB) << length;
    ASSERT_EQ(memory_of(seen, "db"), 1_GiB) << length;
    ASSERT_TRUE(seen.settling);
    ASSERT_FALSE(seen.complete);
  }
  directory_.put("manifests/a.yaml", new_text);
  const Declaration seen = load();
  EXPECT_EQ(memory_of(seen, "web"), 2_GiB);
  EXPECT_EQ(memory_of(seen, "db"), 2_GiB);
  EXPECT_TRUE(seen.complete);
}

TEST_F(DirectoryFeedTest, AWriterThatStallsAtAnyByteLosesNothing) {
  const std::string text = sandbox("web") + "---\n" + sandbox("db");
  for (std::size_t length = 0; length < text.size(); length += 3) {
    directory_.put("manifests/a.yaml", text);
    ASSERT_TRUE(declares(load(), "db"));
    directory_.put("manifests/a.yaml", text.substr(0, length));
    for (int i = 0; i < 5; ++i) {
      const Declaration seen = load();
      for (const char* name : {"web", "db"}) {
        ASSERT_FALSE(confirmed_absent(seen, sandbox_name(name), directory_.clock.now(), kPruneDelay))
            << length;
      }
    }
  }
}

TEST_F(DirectoryFeedTest, ARenameOverIsSeenWhole) {
  directory_.put("manifests/a.yaml", sandbox("web", "1Gi"));
  load();
  directory_.put("manifests/.a.yaml.new", sandbox("web", "2Gi"));
  directory_.rename("manifests/.a.yaml.new", "manifests/a.yaml");
  EXPECT_EQ(memory_of(load(), "web"), 2_GiB);
}

TEST_F(DirectoryFeedTest, AnEditorsSwapFileIsNoManifest) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/.a.yaml.swp", kBroken);
  directory_.put("manifests/a.yaml~", sandbox("web"));
  directory_.put("manifests/4913", "");
  const Declaration seen = load();
  EXPECT_EQ(seen.files.size(), 1u);
  EXPECT_TRUE(seen.diagnostics.empty());
}

TEST_F(DirectoryFeedTest, AGitSyncSwapIsOneStep) {
  directory_.put(".worktrees/one/a.yaml", sandbox("web", "1Gi"));
  directory_.put(".worktrees/two/b.yaml", sandbox("web", "2Gi"));
  directory_.link("current", ".worktrees/one");
  settings_.directory = directory_.path("current");
  EXPECT_EQ(memory_of(load(), "web"), 1_GiB);
  directory_.swap_link("current", ".worktrees/two");
  directory_.remove(".worktrees/one");
  const Declaration seen = load();
  EXPECT_TRUE(seen.complete);
  EXPECT_EQ(memory_of(seen, "web"), 2_GiB);
  EXPECT_EQ(seen.files.size(), 1u);
  EXPECT_TRUE(seen.diagnostics.empty());
}

TEST_F(DirectoryFeedTest, AGitSyncLinkToNothingIsNotADeletion) {
  directory_.put(".worktrees/one/a.yaml", sandbox("web"));
  directory_.link("current", ".worktrees/one");
  settings_.directory = directory_.path("current");
  load();
  directory_.remove(".worktrees/one");
  const Declaration seen = load();
  EXPECT_FALSE(seen.complete);
  EXPECT_TRUE(declares(seen, "web"));
}

TEST_F(DirectoryFeedTest, AConfigMapSwapIsOneStep) {
  directory_.put("manifests/..2026_1/web.yaml", sandbox("web", "1Gi"));
  directory_.put("manifests/..2026_1/db.yaml", sandbox("db"));
  directory_.link("manifests/..data", "..2026_1");
  directory_.link("manifests/web.yaml", "..data/web.yaml");
  directory_.link("manifests/db.yaml", "..data/db.yaml");
  const Declaration first = load();
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.objects.size(), 2u);
  directory_.put("manifests/..2026_2/web.yaml", sandbox("web", "2Gi") + "---\n" + sandbox("db"));
  directory_.swap_link("manifests/..data", "..2026_2");
  directory_.remove("manifests/..2026_1");
  const Declaration half = load();  // kubelet removes stale links after the swap
  EXPECT_FALSE(half.complete);
  EXPECT_EQ(half.objects.size(), 2u);
  directory_.remove("manifests/db.yaml");
  const Declaration second = load();
  EXPECT_TRUE(second.complete);
  EXPECT_EQ(memory_of(second, "web"), 2_GiB);
  EXPECT_EQ(second.objects.at(sandbox_name("db")).spot.file, "web.yaml");
}

TEST_F(DirectoryFeedTest, AVanishedDirectoryDeletesNothing) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  load();
  directory_.rename("manifests", "elsewhere");
  for (int i = 0; i < 3; ++i) {
    directory_.clock.advance(kPruneDelay);
    const Declaration seen = load();
    EXPECT_FALSE(seen.complete);
    EXPECT_FALSE(seen.empty_hold);
    EXPECT_TRUE(declares(seen, "web"));
    EXPECT_NE(seen.problem.find(directory_.root()), std::string::npos);
  }
  directory_.rename("elsewhere", "manifests");
  EXPECT_TRUE(load().complete);
}

TEST_F(DirectoryFeedTest, AnUnmountedDirectoryIsHeldAsEmpty) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  load();
  directory_.rename("manifests", "elsewhere");
  directory_.put("manifests/README", "mount point");
  const Declaration seen = load();
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(seen.empty_hold);
  restart();
  EXPECT_TRUE(load().empty_hold);
}

TEST_F(DirectoryFeedTest, ASubdirectoryThatCanNotBeReadDeletesNothing) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/team/b.yaml", sandbox("db"));
  load();
  disturbance_.refuse_list.emplace("team", errno_error(EACCES, "list 'team'"));
  const Declaration seen = load();
  EXPECT_FALSE(seen.complete);
  EXPECT_TRUE(declares(seen, "db"));
  disturbance_.refuse_list.clear();
  EXPECT_TRUE(load().complete);
}

TEST_F(DirectoryFeedTest, ASubdirectoryReplacedByALinkThatLeadsOutDeletesNothing) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/team/b.yaml", sandbox("db"));
  load();
  directory_.rename("manifests/team", "team");
  directory_.link("manifests/team", "../team");
  const Declaration seen = load();
  EXPECT_FALSE(seen.complete);
  EXPECT_TRUE(declares(seen, "db"));
}

TEST_F(DirectoryFeedTest, AFileThatBecomesASymlinkOutOfTheRootIsFrozen) {
  directory_.put("manifests/a.yaml", sandbox("web", "1Gi"));
  load();
  directory_.put("outside.yaml", sandbox("web", "2Gi"));
  directory_.remove("manifests/a.yaml");
  directory_.link("manifests/a.yaml", "../outside.yaml");
  const Declaration seen = load();
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  ASSERT_EQ(seen.files.size(), 1u);
  EXPECT_TRUE(seen.files[0].frozen);
  ASSERT_EQ(seen.diagnostics.size(), 1u);
  EXPECT_EQ(seen.diagnostics[0].code, kLeadsOut);
}

TEST_F(DirectoryFeedTest, AFileThatGrowsTooLargeIsFrozen) {
  directory_.put("manifests/a.yaml", sandbox("web", "1Gi"));
  load();
  directory_.append("manifests/a.yaml", std::string(2u << 20, '#'));
  const Declaration seen = load();
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_TRUE(seen.files.at(0).frozen);
}

TEST_F(DirectoryFeedTest, AFifoNamedLikeAManifestStallsNobody) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.make_fifo("manifests/x.yaml");
  const Declaration seen = load();
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(has_errors(seen.diagnostics));
}

TEST_F(DirectoryFeedTest, AfterARestartABrokenFileKeepsItsLastGoodVersion) {
  directory_.put("manifests/a.yaml", sandbox("web", "1Gi"));
  load();
  directory_.put("manifests/a.yaml", kBroken);
  restart();
  const Declaration seen = load();
  EXPECT_EQ(memory_of(seen, "web"), 1_GiB);
  EXPECT_TRUE(seen.files.at(0).frozen);
}

TEST_F(DirectoryFeedTest, TheSpellingOfTheDirectoryDoesNotMatter) {
  directory_.put("manifests/a.yaml", sandbox("web", "1Gi"));
  load();
  directory_.put("manifests/a.yaml", kBroken);
  settings_.directory = directory_.path("manifests/../manifests/");
  restart();
  EXPECT_EQ(memory_of(load(), "web"), 1_GiB);
}

TEST_F(DirectoryFeedTest, RenamingAFileIsNoAbsenceAtAnyMoment) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/b.yaml", sandbox("db"));
  load();
  directory_.rename("manifests/a.yaml", "manifests/z.yaml");
  const Declaration settling = load_at(directory_.changed_at("manifests/z.yaml") + Span{1});
  EXPECT_TRUE(declares(settling, "web"));
  const Declaration settled = load();
  EXPECT_TRUE(declares(settled, "web"));
  EXPECT_TRUE(settled.absences.empty());
}

TEST_F(DirectoryFeedTest, DeletedFilesAreConfirmedAbsentAfterTwoLooks) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/b.yaml", sandbox("db"));
  load();
  directory_.remove("manifests/a.yaml");
  EXPECT_FALSE(confirmed_absent(load(), sandbox_name("web"), directory_.clock.now(), kPruneDelay));
  directory_.clock.advance(kPruneDelay);
  EXPECT_TRUE(confirmed_absent(load(), sandbox_name("web"), directory_.clock.now(), kPruneDelay));
}

TEST_F(DirectoryFeedTest, APassOverUnchangedFilesReadsOnlyMetadataAndWritesNothing) {
  for (int i = 0; i < 20; ++i) {
    const std::string name = "s" + std::to_string(i);
    directory_.put("manifests/" + name + ".yaml", sandbox(name));
  }
  directory_.put("manifests/broken.yaml", kBroken);
  load();
  const int reads = disturbance_.reads;
  faults_.arm(FaultMode::None, 0);
  const Declaration seen = load();
  EXPECT_EQ(seen.objects.size(), 20u);
  EXPECT_EQ(disturbance_.reads, reads);
  EXPECT_EQ(faults_.calls(), 0);
}

}  // namespace
}  // namespace cowherd::testing
