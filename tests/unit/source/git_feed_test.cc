// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/git_feed.h"

#include <gmock/gmock.h>

#include "reconciler/source/file_diagnostic.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/fakes/fake_git_remote.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Files = std::map<std::string, std::string>;

constexpr Span kPruneDelay{10'000};
constexpr const char* kBroken = "kind: Sandbox\nmetadata: {name: web\n";

// A directory as the test says.
class TextFeed final : public Feed {
 public:
  explicit TextFeed(const Files& files) : files_(files) {}
  SourceLook look(Moment) override {
    SourceLook look;
    look.listed = true;
    for (const auto& [path, text] : files_) look.files.emplace(path, NewText{text});
    return look;
  }
  SourceStatus status() const override { return {}; }
  const ResourceName& name() const override { return name_; }

 private:
  const Files& files_;
  ResourceName name_{};
};

// Counts what the follower's thread tells.
class Bell {
 public:
  void ring() {
    const std::lock_guard<std::mutex> guard(mutex_);
    ++rung_;
    changed_.notify_all();
  }
  int rung() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return rung_;
  }
  bool wait_beyond(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return rung_ > count; });
  }

 private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  int rung_ = 0;
};

class GitFeedTest : public ::testing::Test {
 protected:
  GitFeedTest() {
    settings_.name = *ResourceName::make("fleet");
    settings_.place.url = "https://git.example.org/fleet.git";
    settings_.place.ref.name = "main";
    settings_.pace = {std::chrono::hours{1}, Span{0}};
  }

  // A new process on the same state directory; it asks the server once.
  void restart() {
    put_together(GitFeed::Memory::Written);
    const int before = bell_.rung();
    feed_->follow(remote_, server_clock_, [this] { bell_.ring(); });
    feed_->ask();
    ASSERT_TRUE(bell_.wait_beyond(before));
  }
  void put_together(GitFeed::Memory memory) {
    sources_.reset();
    auto feed = std::make_unique<GitFeed>(settings_, files_, Layout("/state"), memory);
    feed_ = feed.get();
    std::vector<OneSource> sources;
    sources.push_back({std::make_unique<TextFeed>(directory_), SourceRecords({"/etc/manifests", kPruneDelay}, last_good_)});
    sources.push_back(git_source(std::move(feed), kPruneDelay));
    sources_ = std::make_unique<Sources>(std::move(sources), kPruneDelay);
  }
  Declaration look() {
    if (!sources_) restart();
    clock_.advance(Span{1'000});
    return sources_->load(clock_.now());
  }
  // A look that sees what the server has now.
  Declaration follow() {
    if (!sources_) restart();
    const int before = bell_.rung();
    EXPECT_TRUE(sources_->ask(settings_.name));
    EXPECT_TRUE(bell_.wait_beyond(before));
    return look();
  }
  Declaration pushed(const Files& files) {
    remote_.push(files);
    return follow();
  }

  static bool declares(const Declaration& declaration, const std::string& name) {
    return declaration.objects.contains(sandbox_name(name));
  }
  static SourceStatus standing(const Declaration& declaration) {
    return declaration.sources.empty() ? SourceStatus{} : declaration.sources.front();
  }
  static std::string all_messages(const Declaration& declaration) {
    std::string text;
    for (const Diagnostic& one : declaration.diagnostics) text += print_diagnostic(one) + "\n";
    return text;
  }
  static std::string spot_of(const Declaration& declaration, const std::string& name) {
    const auto found = declaration.objects.find(sandbox_name(name));
    return found == declaration.objects.end() ? "" : to_string(found->second.spot);
  }
  Status pin(const CommitId& id) {
    return pin_source(files_, Layout("/state"), settings_.name, {id, "the new one breaks", clock_.now()});
  }

  ManualClock clock_{};
  ManualClock server_clock_{};
  Faults faults_{};
  FakeFileSystem files_{faults_};
  FakeGitRemote remote_{};
  Files directory_{};
  DirectoryLastGood last_good_{files_, "/state/declared"};
  GitFeedSettings settings_{};
  Bell bell_{};
  GitFeed* feed_ = nullptr;
  std::unique_ptr<Sources> sources_{};
};

TEST_F(GitFeedTest, ARevisionComesIntoForceWhole) {
  const CommitId id = remote_.push({{"hosts/a/web.yaml", sandbox("web")}, {"db.yaml", sandbox("db")}});
  const Declaration seen = follow();
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(declares(seen, "db"));
  EXPECT_EQ(spot_of(seen, "web"), "fleet:hosts/a/web.yaml:3:18");
  EXPECT_EQ(seen.objects.at(sandbox_name("web")).source, "fleet");
  EXPECT_TRUE(standing(seen).ready) << standing(seen).message;
  EXPECT_EQ(standing(seen).revision, id.str());
  EXPECT_EQ(standing(seen).objects, 2u);
  EXPECT_EQ(standing(seen).place, "https://git.example.org/fleet.git branch main");
}

TEST_F(GitFeedTest, ABadRevisionKeepsTheLastGoodOneAndSaysWhere) {
  const CommitId good = remote_.push({{"a.yaml", sandbox("web")}, {"b.yaml", sandbox("db")}});
  follow();
  const Declaration seen = pushed({{"a.yaml", kBroken}, {"c.yaml", sandbox("new")}});
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_TRUE(declares(seen, "db"));
  EXPECT_FALSE(declares(seen, "new"));
  EXPECT_EQ(standing(seen).revision, good.str());
  EXPECT_EQ(standing(seen).reason, "Invalid");
  EXPECT_THAT(standing(seen).message, HasSubstr("fleet:a.yaml:"));
  EXPECT_THAT(all_messages(seen), HasSubstr("fleet:a.yaml:"));
  EXPECT_TRUE(standing(pushed({{"a.yaml", sandbox("web")}})).ready);
}

TEST_F(GitFeedTest, ABadRevisionIsFetchedOnce) {
  pushed({{"a.yaml", sandbox("web")}});
  pushed({{"a.yaml", kBroken}});
  const int before = remote_.fetches();
  follow();
  EXPECT_FALSE(standing(follow()).ready);
  EXPECT_EQ(remote_.fetches(), before);
  restart();
  EXPECT_FALSE(standing(look()).ready);
  EXPECT_EQ(remote_.fetches(), before);
}

TEST_F(GitFeedTest, WithoutItsServerARestartKeepsTheLastRevision) {
  const CommitId id = remote_.push({{"a.yaml", sandbox("web")}});
  follow();
  remote_.break_down(make_error(ErrorKind::Busy, "no answer"));
  restart();
  const Declaration seen = look();
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_EQ(standing(seen).revision, id.str());
  EXPECT_EQ(standing(seen).reason, "NoAnswer");
  EXPECT_THAT(standing(seen).message, HasSubstr("no answer"));
  remote_.break_down(std::nullopt);
  EXPECT_TRUE(standing(follow()).ready);
}

TEST_F(GitFeedTest, NothingIsKnownToBeGoneBeforeARevisionWasHad) {
  remote_.break_down(make_error(ErrorKind::NotFound, "no such branch"));
  directory_ = {{"a.yaml", sandbox("web")}};
  follow();
  directory_.clear();
  for (int i = 0; i < 3; ++i) {
    const Declaration seen = follow();
    EXPECT_FALSE(seen.complete);
    EXPECT_THAT(seen.problem, HasSubstr("no revision of source 'fleet'"));
    EXPECT_FALSE(confirmed_absent(seen, sandbox_name("web"), clock_.now() + kPruneDelay, kPruneDelay));
    clock_.advance(kPruneDelay);
  }
}

TEST_F(GitFeedTest, ARewrittenHistoryIsRefusedUntilAllowed) {
  const CommitId good = remote_.push({{"a.yaml", sandbox("web")}});
  follow();
  remote_.force_push({{"b.yaml", sandbox("db")}});
  const Declaration seen = follow();
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_EQ(standing(seen).revision, good.str());
  EXPECT_EQ(standing(seen).reason, "Rewound");
  settings_.place.rewrites = Rewrites::Allow;
  restart();
  EXPECT_TRUE(declares(look(), "db"));
}

TEST_F(GitFeedTest, ARefusedCommitIsFetchedAgainOnlyWhenAsked) {
  settings_.pace = {Span{1}, Span{0}};
  pushed({{"a.yaml", sandbox("web")}});
  remote_.force_push({});
  EXPECT_EQ(standing(follow()).reason, "Rewound");
  ASSERT_TRUE(remote_.wait_for_polls(2));  // the one that is under way may have been asked for
  const int before = remote_.fetches();
  ASSERT_TRUE(remote_.wait_for_polls(5));
  EXPECT_EQ(remote_.fetches(), before);
  follow();
  EXPECT_EQ(remote_.fetches(), before + 1);
}

TEST_F(GitFeedTest, ARevisionThatDeclaresNothingIsBad) {
  pushed({{"a.yaml", sandbox("web")}});
  const Declaration seen = pushed({});
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_FALSE(seen.empty_hold);
  EXPECT_THAT(standing(seen).message, HasSubstr("declares nothing"));
  settings_.when_empty = WhenEmpty::Accept;
  restart();
  EXPECT_FALSE(declares(look(), "web"));
}

TEST_F(GitFeedTest, APinHoldsUntilItIsTakenAway) {
  const CommitId first = remote_.push({{"a.yaml", sandbox("web")}});
  follow();
  const CommitId second = remote_.push({{"a.yaml", sandbox("db")}});
  EXPECT_TRUE(declares(follow(), "db"));
  ASSERT_TRUE(pin(first));
  const Declaration pinned = look();
  EXPECT_TRUE(declares(pinned, "web"));
  EXPECT_FALSE(declares(pinned, "db"));
  EXPECT_TRUE(standing(pinned).pinned);
  EXPECT_EQ(standing(pinned).revision, first.str());
  EXPECT_EQ(standing(pinned).newest, second.str());
  EXPECT_THAT(standing(pinned).message, HasSubstr("the new one breaks"));
  EXPECT_TRUE(declares(pushed({{"a.yaml", sandbox("third")}}), "web"));
  restart();
  EXPECT_TRUE(declares(look(), "web"));
  ASSERT_TRUE(unpin_source(files_, Layout("/state"), settings_.name));
  EXPECT_TRUE(declares(look(), "third"));
}

TEST_F(GitFeedTest, WhileAPinHoldsNewCommitsStillDescendFromWhatWasFollowed) {
  const CommitId first = remote_.push({{"a.yaml", sandbox("web")}});
  follow();
  pushed({{"a.yaml", sandbox("db")}});
  ASSERT_TRUE(pin(first));
  look();
  remote_.force_push({{"a.yaml", sandbox("evil")}});
  EXPECT_EQ(standing(follow()).reason, "Rewound");
}

TEST_F(GitFeedTest, APinThatCannotBeReadHoldsWhatIsInForce) {
  pushed({{"a.yaml", sandbox("web")}});
  files_.put("/state/sources/fleet/pin.json", "{");
  const Declaration seen = pushed({{"a.yaml", sandbox("db")}});
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_TRUE(standing(seen).pinned);
  EXPECT_EQ(standing(seen).reason, "PinUnreadable");
}

TEST_F(GitFeedTest, AConflictBetweenSourcesNamesBothAndWhoWasFirstStays) {
  directory_ = {{"web.yaml", sandbox("web", "1Gi")}};
  const CommitId good = remote_.push({{"db.yaml", sandbox("db")}});
  follow();
  const Declaration seen = pushed({{"db.yaml", sandbox("db", "2Gi")}, {"w.yaml", sandbox("web", "2Gi")}});
  EXPECT_EQ(spot_of(seen, "web"), "web.yaml:3:18");
  EXPECT_EQ(standing(seen).revision, good.str());
  EXPECT_FALSE(standing(seen).ready);
  EXPECT_THAT(standing(seen).message, AllOf(HasSubstr("fleet:w.yaml:3:18"), HasSubstr("web.yaml:3:18: ")));
  EXPECT_THAT(all_messages(seen), HasSubstr("fleet:w.yaml:3:18"));
  EXPECT_THAT(all_messages(seen), HasSubstr("web.yaml:3:18"));
  restart();
  EXPECT_EQ(spot_of(look(), "web"), "web.yaml:3:18");
  directory_.clear();
  EXPECT_EQ(spot_of(look(), "web"), "fleet:w.yaml:3:18");
}

TEST_F(GitFeedTest, MovingADocumentBetweenSourcesIsNoAbsence) {
  directory_ = {{"web.yaml", sandbox("web")}, {"stays.yaml", sandbox("stays")}};
  pushed({{"db.yaml", sandbox("db")}});
  pushed({{"db.yaml", sandbox("db")}, {"web.yaml", sandbox("web")}});
  directory_.erase("web.yaml");
  EXPECT_EQ(look().objects.at(sandbox_name("web")).source, "fleet");
  directory_["web.yaml"] = sandbox("web");
  look();
  const Declaration back = pushed({{"db.yaml", sandbox("db")}});
  EXPECT_EQ(back.objects.at(sandbox_name("web")).source, "");
  EXPECT_FALSE(back.empty_hold);
}

TEST_F(GitFeedTest, OfAnotherPlaceNothingThatIsRememberedHolds) {
  pushed({{"a.yaml", sandbox("web")}});
  settings_.place.path = "hosts";
  remote_.break_down(make_error(ErrorKind::Failed, "down"));
  restart();
  const Declaration seen = look();
  EXPECT_FALSE(declares(seen, "web"));
  EXPECT_FALSE(seen.complete);
}

TEST_F(GitFeedTest, AReaderSeesWhatTheDaemonKeepsAndWritesNothing) {
  const CommitId id = remote_.push({{"a.yaml", sandbox("web")}});
  follow();
  sources_.reset();
  const auto before = files_.peek_tree("/state");
  put_together(GitFeed::Memory::Read);
  const Declaration seen = look();
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_TRUE(standing(seen).ready) << standing(seen).message;
  EXPECT_EQ(standing(seen).revision, id.str());
  EXPECT_FALSE(sources_->ask(settings_.name));
  EXPECT_EQ(files_.peek_tree("/state"), before);
}

TEST_F(GitFeedTest, ADamagedMemoryIsToldAndFetchedAnew) {
  pushed({{"a.yaml", sandbox("web")}});
  sources_.reset();
  for (const char* text : {"", "{", "[]", "{\"formatVersion\": 2}"}) {
    files_.put("/state/sources/fleet/state.json", text);
    put_together(GitFeed::Memory::Written);
    const Declaration seen = look();
    EXPECT_FALSE(seen.complete) << text;
    EXPECT_THAT(all_messages(seen), HasSubstr(kLastGoodIgnored)) << text;
    restart();
    EXPECT_TRUE(declares(look(), "web")) << text;
    sources_.reset();
  }
}

TEST_F(GitFeedTest, AMemoryThatCannotBeReadNowIsNotBegunAnew) {
  pushed({{"a.yaml", sandbox("web")}});
  pushed({{"a.yaml", sandbox("web", "1Gi")}});
  files_.deny("/state/sources/fleet/state.json");
  restart();
  const Declaration blind = look();
  EXPECT_FALSE(blind.complete);
  EXPECT_THAT(blind.problem, HasSubstr("source 'fleet'"));
  files_.allow("/state/sources/fleet/state.json");
  const Declaration seen = look();
  EXPECT_TRUE(seen.complete) << seen.problem;
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_EQ(read_source_state(files_, Layout("/state"), settings_.name)->history.size(), 2u);
}

TEST_F(GitFeedTest, ALostTextIsFetchedAgain) {
  const CommitId id = remote_.push({{"a.yaml", sandbox("web")}});
  follow();
  sources_.reset();
  files_.erase("/state/sources/fleet/revisions/" + id.str() + ".json");
  restart();
  look();
  EXPECT_TRUE(declares(follow(), "web"));
}

TEST_F(GitFeedTest, ManifestsThatAreNoTextAreRefused) {
  pushed({{"a.yaml", sandbox("web")}});
  const Declaration seen = pushed({{"a.yaml", sandbox("db") + "# \xff\n"}});
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_EQ(standing(seen).reason, "NotText");
  EXPECT_THAT(standing(seen).message, HasSubstr("fleet:a.yaml"));
}

TEST_F(GitFeedTest, WhatCannotBeKeptIsToldAndTriedAgain) {
  pushed({{"a.yaml", sandbox("web")}});
  files_.set_full();
  const Declaration seen = pushed({{"a.yaml", sandbox("db")}});
  EXPECT_TRUE(declares(seen, "web"));
  EXPECT_EQ(standing(seen).reason, "NotKept");
  files_.set_capacity(1_GiB);
  EXPECT_TRUE(declares(follow(), "db"));
}

TEST_F(GitFeedTest, OldTextsGo) {
  for (std::size_t i = 0; i < kRevisionsKept + 2; ++i) {
    remote_.push({{"a.yaml", sandbox("web" + std::to_string(i))}});
    restart();
    look();
  }
  EXPECT_EQ(files_.peek_tree("/state/sources/fleet/revisions").size(), kRevisionsKept);
  EXPECT_EQ(read_source_state(files_, Layout("/state"), settings_.name)->history.size(), kRevisionsKept);
}

// Every call that writes is the last one once, or fails once.
class GitFeedFaults : public GitFeedTest, public ::testing::WithParamInterface<FaultMode> {};

INSTANTIATE_TEST_SUITE_P(All, GitFeedFaults, ::testing::Values(FaultMode::DieBefore, FaultMode::DieAfter, FaultMode::Fail));

TEST_P(GitFeedFaults, OneWholeRevisionIsInForceWhereverItEnds) {
  int n = 1;
  for (bool was_hit = true; was_hit; ++n) {
    sources_.reset();
    faults_.disarm();
    files_.erase("/state");
    remote_.push({{"a.yaml", sandbox("web", "1Gi")}, {"b.yaml", sandbox("db", "1Gi")}});
    restart();
    look();
    remote_.push({{"a.yaml", sandbox("web", "2Gi")}, {"b.yaml", sandbox("db", "2Gi")}});
    const int before = bell_.rung();
    ASSERT_TRUE(feed_->ask());
    ASSERT_TRUE(bell_.wait_beyond(before));
    faults_.arm(GetParam(), n);
    was_hit = false;
    try {
      sources_->load(clock_.now());
      was_hit = GetParam() == FaultMode::Fail && faults_.calls() >= n;
    } catch (const SimulatedDeath&) {
      was_hit = true;
    }
    faults_.disarm();
    if (GetParam() != FaultMode::Fail) files_.lose_power();
    sources_.reset();
    put_together(GitFeed::Memory::Read);
    const Declaration seen = look();
    ASSERT_TRUE(declares(seen, "web") && declares(seen, "db")) << n;
    const auto memory_of = [&](const char* name) {
      return std::get<SandboxSpec>(seen.objects.at(sandbox_name(name)).object.spec.what).memory;
    };
    EXPECT_EQ(memory_of("web"), memory_of("db")) << n;
    restart();
    look();
    const Declaration after = look();
    EXPECT_TRUE(standing(after).ready) << n << standing(after).message;
    EXPECT_EQ(standing(after).newest, "") << n;
  }
  EXPECT_GT(n, 8);
}

}  // namespace
}  // namespace cowherd::testing
