// SPDX-License-Identifier: Apache-2.0
// Days in the life of a daemon on a model host: what it waits for, what it leaves alone, what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "reconciler/actions/compact_memory.h"
#include "resources/files/publish.h"
#include "resources/memory/generation.h"
#include "tests/convergence/model_world.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ObjectName sandbox(const std::string& name) { return {Kind::Sandbox, a_name(name)}; }

class Life : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  void declare(const SandboxBuilder& builder) { world_.source.declare(builder.declared()); }
  void begin(const std::vector<SandboxBuilder>& sandboxes) {
    world_.source.declare(a_template("base").declared());
    for (const SandboxBuilder& one : sandboxes) declare(one);
    world_.start_daemon();
    ASSERT_TRUE(world_.settle());
  }
  Uid uid(const std::string& name) { return world_.identity(name).value().uid; }
  // Reason of its Ready condition; "-" when the object is not listed.
  std::string ready(const ObjectName& name) {
    for (const ObjectStatus& status : world_.statuses()) {
      if (status.name != name) continue;
      const Condition* condition = condition_of(status, "Ready");
      return condition == nullptr ? "?" : condition->status + " " + condition->reason;
    }
    return "-";
  }
  ObjectStatus status(const std::string& name) {
    const std::vector<ObjectStatus> all = world_.statuses();
    return *std::find_if(all.begin(), all.end(), [&](const ObjectStatus& one) { return one.name == sandbox(name); });
  }
  std::string ready(const std::string& name) { return ready(sandbox(name)); }
  std::size_t memory_files(const std::string& name) {
    std::size_t count = 0;
    for (const auto& [path, content] : world_.files.peek_tree(world_.layout.memory_dir(uid(name)))) {
      count += name_of(path).starts_with("memfile.") && name_of(path) != kHeaderName ? 1 : 0;
    }
    return count;
  }
  // The verbs of the host calls of one pass, without what they were about.
  std::set<std::string> calls_of_a_pass() {
    world_.faults.disarm();
    world_.pass();
    std::set<std::string> verbs;
    for (const std::string& call : world_.faults.trace()) verbs.insert(call.substr(0, call.find(' ')));
    return verbs;
  }

  ModelWorld world_{};
};

// No content is read (identity files are known by their metadata), nothing is written, nothing is told.
TEST_F(Life, APassWithNothingToDoLooksAtMetadataOnly) {
  begin({a_sandbox("web"), a_sandbox("worker")});
  const auto events = world_.catalog.peek_events().size();
  EXPECT_THAT(calls_of_a_pass(),
              ElementsAre("dm.list", "dm.look", "dm.targets", "list", "loop.list", "machines.list", "machines.look",
                          "recall", "space", "stamp", "stat"));
  EXPECT_EQ(world_.catalog.peek_events().size(), events);
}

TEST_F(Life, OneLookThatMissesADocumentPrunesNothing) {
  begin({a_sandbox("web")});
  world_.source.withdraw(sandbox("web"));
  world_.pass();
  EXPECT_TRUE(world_.vm_runs("web"));
  EXPECT_EQ(world_.standing(), Standing::Working) << "it waits for the second look";
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready("web"), "-");
}

TEST_F(Life, UnreadableManifestsPruneNothingHoweverLongTheyAre) {
  begin({a_sandbox("web")});
  world_.source.withdraw(sandbox("web"));
  world_.source.break_down("read directory '/etc/cowherd/manifests': I/O error");
  for (int i = 0; i < 5; ++i) {
    world_.clock.advance(std::chrono::hours{1});
    world_.pass();
  }
  EXPECT_TRUE(world_.vm_runs("web"));
  EXPECT_THAT(world_.picture().plan.notes, ElementsAre(HasSubstr("I/O error")));
}

TEST_F(Life, AnEmptiedDirectoryIsHeldAndSaysWhatToDo) {
  begin({a_sandbox("web")});
  world_.source.withdraw_all();
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(world_.standing(), Standing::Held);
  EXPECT_TRUE(world_.vm_runs("web"));
  EXPECT_THAT(world_.picture().plan.blocked.front().message, HasSubstr("cowherd approve prune"));
}

TEST_F(Life, AHungVmmDelaysNobodyAndIsLeftAlone) {
  begin({a_sandbox("web")});
  world_.machines.hang(uid("web"));
  declare(a_sandbox("other"));
  ASSERT_TRUE(world_.settle());
  EXPECT_TRUE(world_.vm_runs("other"));
  EXPECT_EQ(ready("web"), "Unknown VmmUnresponsive");
  world_.machines.recover(uid("web"));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready("web"), "True Running");
}

TEST_F(Life, StartsAreAdmittedWhileTheirMemoryFits) {
  begin({a_sandbox("a").memory(4_GiB), a_sandbox("b").memory(4_GiB)});  // the host has 8 GiB, 80 % of it are given away
  EXPECT_EQ(world_.machines.all_alive().size(), 1U);
  const std::string waits = world_.vm_runs("a") ? "b" : "a";
  EXPECT_EQ(ready(waits), "False InsufficientMemory");
  declare(a_sandbox(waits == "a" ? "b" : "a").memory(4_GiB).stopped());
  ASSERT_TRUE(world_.settle());
  EXPECT_TRUE(world_.vm_runs(waits));
}

TEST_F(Life, AnExpiredSandboxStaysDownUntilItsSpecIsEdited) {
  const SandboxBuilder web = a_sandbox("web").ttl(std::chrono::hours{1});
  begin({web});
  world_.clock.advance(std::chrono::hours{2});
  ASSERT_TRUE(world_.settle());
  EXPECT_FALSE(world_.vm_runs("web"));
  EXPECT_EQ(ready("web"), "True Expired");
  world_.lose_power();
  world_.start_daemon();
  declare(web);  // the standing manifest does not resurrect it
  ASSERT_TRUE(world_.settle());
  EXPECT_FALSE(world_.vm_runs("web"));
  declare(a_sandbox("web").ttl(std::chrono::hours{1}).memory(256_MiB));
  ASSERT_TRUE(world_.settle());
  EXPECT_TRUE(world_.vm_runs("web"));
}

TEST_F(Life, AGuestThatCrashesAgainAndAgainWaitsLongerEachTime) {
  begin({a_sandbox("web")});
  Span waited{};
  for (int i = 0; i < 5; ++i) {
    world_.machines.guest_crashes(uid("web"));
    const Moment crashed = world_.clock.now();
    int attempts = 0;
    while (!world_.vm_runs("web")) {
      world_.pass();
      attempts = std::max(attempts, status("web").attempts);
      world_.clock.advance(Span{100});
    }
    EXPECT_GT(world_.clock.now() - crashed, waited);
    EXPECT_EQ(attempts, i + 1);
    waited = world_.clock.now() - crashed;
  }
}

TEST_F(Life, AShutdownByTheGuestIsTheEndOnlyForOnFailure) {
  begin({a_sandbox("once").restart(RestartType::OnFailure), a_sandbox("always")});
  for (const std::string name : {"once", "always"}) world_.machines.guest_shuts_down(uid(name));
  ASSERT_TRUE(world_.settle());
  EXPECT_FALSE(world_.vm_runs("once"));
  EXPECT_TRUE(world_.vm_runs("always"));
}

TEST_F(Life, AConditionThatComesBackBeganThen) {
  const auto since_protected = [&] {
    const ObjectStatus web = status("web");
    return condition_of(web, "Protected")->since;
  };
  begin({a_sandbox("web").annotate(kProtectAnnotation, "true")});
  const auto first = since_protected();
  world_.clock.advance(std::chrono::hours{1});
  declare(a_sandbox("web"));
  ASSERT_TRUE(world_.settle());
  world_.clock.advance(std::chrono::hours{1});
  declare(a_sandbox("web").annotate(kProtectAnnotation, "true"));
  ASSERT_TRUE(world_.settle());
  EXPECT_GE(*since_protected() - *first, std::chrono::hours{2});
}

TEST_F(Life, LosingTheCatalogCostsHistoryAndNothingElse) {
  begin({a_sandbox("web"), a_sandbox("gone")});
  world_.source.withdraw(sandbox("gone"));
  ASSERT_TRUE(world_.settle());
  const std::string before = world_.describe();
  const int starts = world_.machines.starts();
  world_.kill_daemon();
  world_.catalog.lose();
  world_.start_daemon();
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(world_.describe(), before);
  EXPECT_EQ(world_.machines.starts(), starts);
}

// There is never a pass in which its memory could be compacted.
TEST_F(Life, AGuestPausedAgainAndAgainKeepsItsMemoryInBoundedPieces) {
  begin({a_sandbox("web")});
  std::size_t most = 0;
  for (std::size_t page = 0; page < FakeMachines::kPages; ++page) {
    world_.machines.write_memory(uid("web"), page, "of its own");
    declare(a_sandbox("web").paused());
    for (int pass = 0; pass < 5 && world_.vm_runs("web"); ++pass) world_.pass();
    ASSERT_TRUE(world_.is_kept("web"));
    most = std::max(most, memory_files("web"));
    declare(a_sandbox("web"));
    for (int pass = 0; pass < 5 && !world_.vm_runs("web"); ++pass) world_.pass();
    ASSERT_EQ(world_.broken_laws(), std::vector<std::string>{});
  }
  EXPECT_LE(most, kLongestChain + 1);
}

TEST_F(Life, AMissingImageStopsOnlyWhatNeedsIt) {
  begin({a_sandbox("web")});
  world_.source.declare(a_template("late").image("/srv/late.ext4").declared());
  declare(a_sandbox("waits").from("late"));
  declare(a_sandbox("other"));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready({Kind::Template, a_name("late")}), "False SourceMissing");
  EXPECT_EQ(ready("waits"), "False TemplateNotReady");
  EXPECT_TRUE(world_.vm_runs("other"));
  world_.files.put("/srv/late.ext4", std::string(8192, 'l'));
  ASSERT_TRUE(world_.settle());
  EXPECT_TRUE(world_.vm_runs("waits"));
}

TEST_F(Life, ATemplateWaitsForItsSnapshotAndOutlivesIt) {
  world_.source.declare(a_template("warm").snapshot("golden").declared());
  begin({a_sandbox("web"), a_sandbox("third").from("warm")});
  const ObjectName warm{Kind::Template, a_name("warm")};
  EXPECT_EQ(ready(warm), "False SourceMissing");
  EXPECT_EQ(ready("third"), "False TemplateNotReady");
  const std::string disk = world_.layout.snapshot_dir("golden") + "/" + kRootfsFile;
  world_.files.put(disk, "");
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(warm), "False SourceIncomplete");
  world_.files.put(disk, std::string(8192, 'g'));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(warm), "True RevisionReady");
  EXPECT_TRUE(world_.vm_runs("third"));
  const std::string before = world_.describe();
  world_.files.deny(disk);
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(warm), "True SourceUnreadable");
  world_.files.allow(disk);
  world_.files.erase(disk);
  world_.files.erase(world_.layout.snapshot_dir("golden"));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(warm), "True SourceMissing");
  EXPECT_EQ(world_.describe(), before);
}

TEST_F(Life, ALostSnapshotIsToldAndNeverCapturedAgain) {
  begin({a_sandbox("web")});
  const ObjectName s1{Kind::Snapshot, a_name("s1")};
  world_.source.declare(a_snapshot("s1").of("web").declared());
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(s1), "True Captured");
  const std::string directory = world_.layout.snapshot_dir("s1");
  for (const auto& [path, content] : world_.files.peek_tree(directory)) world_.files.erase(path);
  world_.files.erase(directory);
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(s1), "False Lost");
  EXPECT_FALSE(world_.files.exists(directory));
}

TEST_F(Life, AGuestThatCannotBeQuiescedIsNotCapturedAsLess) {
  begin({a_sandbox("web")});
  const ObjectName s1{Kind::Snapshot, a_name("s1")};
  world_.source.declare(a_snapshot("s1").of("web").quiesced().declared());
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(s1), "False QuiesceFailed");
  EXPECT_FALSE(world_.files.exists(world_.layout.snapshot_dir("s1")));
  EXPECT_TRUE(world_.vm_runs("web"));
  EXPECT_EQ(world_.broken_laws(), std::vector<std::string>{});
}

TEST_F(Life, ACaptureThatTakesTooLongLetsTheGuestGoOn) {
  begin({a_sandbox("web")});
  const ObjectName s1{Kind::Snapshot, a_name("s1")};
  world_.source.declare(a_snapshot("s1").of("web").declared());
  const auto slow = [this] { world_.clock.advance(std::chrono::seconds{3}); };
  for (int attempt = 0; attempt < 3; ++attempt) {
    world_.bulk.meanwhile(slow);
    world_.pass();
    world_.clock.advance(std::chrono::seconds{10});
  }
  world_.pass();
  EXPECT_FALSE(world_.machines.is_frozen(uid("web")));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready(s1), "True Captured");
  const auto events = world_.catalog.peek_events();
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const Event& event) {
    return event.message.find("limits.freezeBudget (2s)") != std::string::npos;
  }));
}

TEST_F(Life, ARetainedSandboxIsAdoptedWithItsDiskWhenDeclaredAgain) {
  begin({a_sandbox("web").retain(), a_sandbox("other")});
  const Uid before = uid("web");
  world_.source.withdraw(sandbox("web"));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(ready("web"), "True Retained");
  declare(a_sandbox("web"));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(uid("web"), before);
  EXPECT_TRUE(world_.vm_runs("web"));
}

TEST_F(Life, ANameDeclaredAgainAfterDeletionIsANewSandbox) {
  begin({a_sandbox("web"), a_sandbox("other")});
  const Uid before = uid("web");
  world_.source.withdraw(sandbox("web"));
  ASSERT_TRUE(world_.settle());
  declare(a_sandbox("web"));
  ASSERT_TRUE(world_.settle());
  EXPECT_NE(uid("web"), before);
}

TEST_F(Life, AnEditThatNeedsANewDiskWaitsForItsApproval) {
  begin({a_sandbox("web")});
  const Uid before = uid("web");
  world_.files.put("/srv/other.ext4", std::string(8192, 'o'));
  world_.source.declare(a_template("other").image("/srv/other.ext4").declared());
  declare(a_sandbox("web").from("other"));
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(uid("web"), before);
  EXPECT_EQ(world_.standing(), Standing::Held);
  const std::string hash = spec_hash(Spec{a_sandbox("web").from("other").spec()}).short8();
  declare(a_sandbox("web").from("other").annotate("cowherd.dev/approve", "replace@" + hash));
  ASSERT_TRUE(world_.settle());
  EXPECT_NE(uid("web"), before);
}

}  // namespace
}  // namespace cowherd::testing
