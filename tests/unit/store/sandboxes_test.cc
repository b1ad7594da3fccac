// SPDX-License-Identifier: Apache-2.0
#include "resources/store/trash_name.h"
#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SandboxStore : public ::testing::Test, protected StoreBed {
 protected:
  SandboxIdentity web_ = sandbox_identity("web", 1);
  std::string in_web(const std::string& name) const { return layout.sandbox_dir(web_.uid) + "/" + name; }
};

}  // namespace

TEST_F(SandboxStore, AnEmptyStoreIsComplete) {
  EXPECT_EQ(store.look(), StoreContents{});
}

TEST_F(SandboxStore, ACreatedSandboxIsSeenAndSurvivesPowerLoss) {
  ASSERT_TRUE(store.create_sandbox(web_));
  files.lose_power();
  const StoreContents seen = store.look();
  ASSERT_TRUE(seen.sandboxes.at(web_.uid).known());
  EXPECT_EQ(*seen.sandboxes.at(web_.uid), web_);
  EXPECT_EQ(*store.sandbox(web_.uid), web_);
  EXPECT_THAT(seen.leftovers, IsEmpty());
  EXPECT_THAT(seen.unreadable, IsEmpty());
}

TEST_F(SandboxStore, CreatingAUidAgainIsBusy) {
  ASSERT_TRUE(store.create_sandbox(web_));
  EXPECT_EQ(store.create_sandbox(web_).error().kind, ErrorKind::Busy);
  EXPECT_THAT(store.look().leftovers, IsEmpty());
}

TEST_F(SandboxStore, AnUpdateReplacesTheIdentity) {
  ASSERT_TRUE(store.create_sandbox(web_));
  web_.generation = 2;
  ASSERT_TRUE(store.update_sandbox(web_));
  files.lose_power();
  EXPECT_EQ(*store.look().sandboxes.at(web_.uid), web_);
}

TEST_F(SandboxStore, UpdatingOrReadingAnAbsentSandboxIsNotFound) {
  EXPECT_EQ(store.update_sandbox(web_).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(store.sandbox(web_.uid).error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(files.exists(layout.sandbox_dir(web_.uid)));
}

TEST_F(SandboxStore, ATrashedSandboxIsListedWithItsUid) {
  ASSERT_TRUE(store.create_sandbox(web_));
  ASSERT_TRUE(store.trash_sandbox(web_));
  const StoreContents seen = store.look();
  EXPECT_THAT(seen.sandboxes, IsEmpty());
  EXPECT_THAT(seen.trash, ElementsAre(TrashEntry{"sandbox-web-01010101-20261120T000000Z", "Sandbox/web", web_.uid,
                                                 clock.now(), RevisionRef{web_.template_name, web_.revision}}));
  EXPECT_TRUE(store.trash_sandbox(web_)) << "absent is success";
}

TEST_F(SandboxStore, APartOfASandboxDoesNotComeBack) {
  ASSERT_TRUE(store.create_sandbox(web_));
  files.put(in_web(kCowFile), "changes");
  ASSERT_TRUE(store.trash_disk(web_));
  const TrashEntry disk = store.look().trash.front();
  EXPECT_FALSE(disk.base);
  EXPECT_EQ(store.undelete(disk, UndeleteAs::Retained).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(store.undelete({"../sandboxes", "", {}, {}, {}}, UndeleteAs::Retained).error().kind, ErrorKind::Invalid);
}

TEST_F(SandboxStore, TwoOfOneNameInOneSecondBothGoToTrash) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store.create_sandbox(web_));
    ASSERT_TRUE(store.trash_sandbox(web_));
  }
  EXPECT_THAT(store.look().trash, SizeIs(2));
}

TEST_F(SandboxStore, OnlyTheDiskGoesToTrash) {
  ASSERT_TRUE(store.create_sandbox(web_));
  files.put(in_web(kCowFile), "changes");
  files.put(in_web(kSerialLog), "hello");
  ASSERT_TRUE(store.trash_disk(web_));
  ASSERT_TRUE(store.trash_disk(web_)) << "again";
  files.lose_power();
  const StoreContents seen = store.look();
  EXPECT_EQ(*seen.sandboxes.at(web_.uid), web_);
  EXPECT_FALSE(files.exists(in_web(kCowFile)));
  EXPECT_TRUE(files.exists(in_web(kSerialLog)));
  ASSERT_THAT(seen.trash, SizeIs(1));
  EXPECT_EQ(seen.trash.front().uid, web_.uid);
  EXPECT_EQ(seen.trash.front().object, "Sandbox/web");
  EXPECT_EQ(files.peek(layout.trash() + "/" + seen.trash.front().name + "/" + kCowFile), "changes");
}

TEST_F(SandboxStore, PurgingRemovesOneEntryAndAgainIsSuccess) {
  ASSERT_TRUE(store.create_sandbox(web_));
  files.put(in_web("memory/snapfile"), "state");
  ASSERT_TRUE(store.trash_sandbox(web_));
  const TrashEntry entry = store.look().trash.front();
  ASSERT_TRUE(store.purge(entry));
  EXPECT_TRUE(store.purge(entry));
  files.lose_power();
  EXPECT_THAT(store.look().trash, IsEmpty());
  EXPECT_THAT(files.peek_tree(layout.trash()), IsEmpty());
}

TEST_F(SandboxStore, OnlyTrashIsPurged) {
  files.put("/state/keep", "x");
  for (const char* name : {"", ".", "..", "../keep", "notes", "sandbox-web-01010101-20261120T000000Z/../../keep"}) {
    EXPECT_EQ(store.purge({name, "", {}, {}}).error().kind, ErrorKind::Invalid) << name;
  }
  EXPECT_TRUE(files.exists("/state/keep"));
}

TEST_F(SandboxStore, OnlyLeftoversAreRemoved) {
  ASSERT_TRUE(store.create_sandbox(web_));
  files.put("/elsewhere/.staging-x", "x");
  for (const std::string& path :
       {layout.sandbox_dir(web_.uid), in_web(kSandboxFile), layout.sandboxes(), std::string("/elsewhere/.staging-x"),
        layout.sandboxes() + "/../../elsewhere/.staging-x", layout.root()}) {
    EXPECT_EQ(store.remove_leftover(path).error().kind, ErrorKind::Invalid) << path;
  }
  EXPECT_TRUE(files.exists("/elsewhere/.staging-x"));
  EXPECT_TRUE(store.remove_leftover(in_web(".staging-gone"))) << "absent is success";
}

TEST_F(SandboxStore, ForeignFilesInTrashAreNeitherListedNorTouched) {
  files.put(layout.trash() + "/holiday.jpg", "x");
  files.put(layout.trash() + "/sandbox-web/f", "x");
  EXPECT_THAT(store.look().trash, IsEmpty());
}

// --- what cannot be read

TEST_F(SandboxStore, ADamagedIdentityIsUnknownAndTheLookIncomplete) {
  ASSERT_TRUE(store.create_sandbox(web_));
  files.put(in_web(kSandboxFile), "{\"uid\":");
  const StoreContents seen = store.look();
  ASSERT_TRUE(seen.sandboxes.at(web_.uid).unknown());
  EXPECT_EQ(seen.sandboxes.at(web_.uid).why().kind, ErrorKind::Corrupt);
  EXPECT_THAT(seen.unreadable, SizeIs(1));
}

TEST_F(SandboxStore, AMissingIdentityIsCorruptAndNotAbsent) {
  files.put(in_web(kCowFile), "somebody's data");
  const StoreContents seen = store.look();
  ASSERT_TRUE(seen.sandboxes.at(web_.uid).unknown());
  EXPECT_EQ(seen.sandboxes.at(web_.uid).why().kind, ErrorKind::Corrupt);
  EXPECT_EQ(store.sandbox(web_.uid).error().kind, ErrorKind::Corrupt);
  EXPECT_FALSE(seen.unreadable.empty());
}

TEST_F(SandboxStore, ACopiedDirectoryIsNoSecondSandbox) {
  const SandboxIdentity other = sandbox_identity("other", 2);
  files.put(layout.sandbox_dir(other.uid) + "/" + kSandboxFile, print_identity(web_));
  EXPECT_EQ(store.look().sandboxes.at(other.uid).why().kind, ErrorKind::Corrupt);
}

TEST_F(SandboxStore, AnUnreadableDirectoryMakesTheLookIncomplete) {
  ASSERT_TRUE(store.create_sandbox(web_));
  for (const std::string& path : {layout.sandboxes(), layout.templates(), layout.trash()}) {
    files.deny(path);
    EXPECT_FALSE(store.look().unreadable.empty()) << path;
    files.allow(path);
  }
  EXPECT_THAT(store.look().unreadable, IsEmpty());
}

TEST_F(SandboxStore, ADirectoryOfAnotherNameAmongSandboxesMightUseABase) {
  files.put(layout.sandboxes() + "/web.bak/rootfs.cow", "x");
  EXPECT_THAT(store.look().unreadable, SizeIs(1));
}

TEST_F(SandboxStore, UnchangedIdentitiesAreNotReadAgain) {
  ASSERT_TRUE(store.create_sandbox(web_));
  (void)store.look();
  faults.arm(FaultMode::None, 0);
  (void)store.look();
  for (const std::string& call : faults.trace()) EXPECT_NE(call.rfind("read ", 0), 0u) << call;
  web_.generation = 7;
  ASSERT_TRUE(store.update_sandbox(web_));
  EXPECT_EQ(store.look().sandboxes.at(web_.uid)->generation, 7);
}

TEST_F(SandboxStore, WorkThatGoesOnIsNoLeftover) {
  std::vector<std::string> leftovers;
  bulk.meanwhile([&] {
    leftovers = store.look().leftovers;
    const auto entries = files.list(layout.template_dir("base"));
    for (const FileEntry& entry : *entries) {
      EXPECT_EQ(store.remove_leftover(layout.template_dir("base") + "/" + entry.name).error().kind, ErrorKind::Busy);
    }
    EXPECT_EQ(store.remove_leftover(layout.template_dir("base")).error().kind, ErrorKind::Busy);
  });
  ASSERT_TRUE(store.import_revision(request(), {}));
  EXPECT_THAT(leftovers, IsEmpty());
}

// --- dying and failing anywhere

TEST(SandboxStoreBroken, CreationIsWholeOrNotAtAll) {
  const SandboxIdentity web = sandbox_identity("web");
  for_every_fault([](StoreBed&) {}, [&](StoreBed&, Store& store) { return store.create_sandbox(web).has_value(); },
                  [&](const Broken& broken) {
                    const StoreContents seen = broken.bed.store.look();
                    ASSERT_THAT(seen.unreadable, IsEmpty());
                    ASSERT_THAT(seen.sandboxes, SizeIs(::testing::Le(1u)));
                    for (const auto& [uid, identity] : seen.sandboxes) {
                      ASSERT_TRUE(identity.known());
                      ASSERT_EQ(*identity, web);
                    }
                    collect_leftovers(broken.bed);
                    if (seen.sandboxes.empty()) {
                      ASSERT_TRUE(broken.bed.store.create_sandbox(web));
                    }
                    broken.bed.files.lose_power();
                    ASSERT_EQ(*broken.bed.store.look().sandboxes.at(web.uid), web);
                  });
}

TEST(SandboxStoreBroken, WhatALookSawIsNotLostWithPowerLater) {
  const SandboxIdentity web = sandbox_identity("web");
  for_every_fault([](StoreBed&) {}, [&](StoreBed&, Store& store) { return store.create_sandbox(web).has_value(); },
                  [&](const Broken& broken) {
                    const StoreContents seen = broken.bed.store.look();
                    broken.bed.files.lose_power();
                    ASSERT_EQ(broken.bed.store.look().sandboxes, seen.sandboxes);
                  });
}

TEST(SandboxStoreBroken, AFailedCallsResultIsSettledByTheNextLookOfTheSameProcess) {
  const SandboxIdentity web = sandbox_identity("web");
  StoreBed clean;
  clean.faults.arm(FaultMode::None, 0);
  ASSERT_TRUE(clean.store.create_sandbox(web));
  const int calls = clean.faults.calls();
  for (int n = 1; n <= calls; ++n) {
    StoreBed bed;
    bed.faults.arm(FaultMode::Fail, n);
    ASSERT_FALSE(bed.store.create_sandbox(web)) << "a failed call is a failed creation: " << bed.faults.trace().back();
    bed.faults.disarm();
    const StoreContents seen = bed.store.look();
    bed.files.lose_power();
    ASSERT_EQ(bed.store.look().sandboxes, seen.sandboxes) << "failed call " << n;
  }
}

TEST(SandboxStoreBroken, AnUpdateLeavesTheOldOrTheNewIdentity) {
  const SandboxIdentity before = sandbox_identity("web");
  SandboxIdentity after = before;
  after.generation = 2;
  for_every_fault([&](StoreBed& bed) { ASSERT_TRUE(bed.store.create_sandbox(before)); },
                  [&](StoreBed&, Store& store) { return store.update_sandbox(after).has_value(); },
                  [&](const Broken& broken) {
                    const auto found = broken.bed.store.sandbox(before.uid);
                    ASSERT_TRUE(found);
                    ASSERT_THAT(*found, ::testing::AnyOf(before, after));
                    collect_leftovers(broken.bed);
                    ASSERT_TRUE(broken.bed.store.update_sandbox(after));
                    broken.bed.files.lose_power();
                    ASSERT_EQ(*broken.bed.store.sandbox(before.uid), after);
                  });
}

TEST(SandboxStoreBroken, ASandboxIsInItsPlaceOrInTrashWithItsDisk) {
  const SandboxIdentity web = sandbox_identity("web");
  const auto prepare = [&](StoreBed& bed) {
    ASSERT_TRUE(bed.store.create_sandbox(web));
    bed.files.put(bed.layout.sandbox_dir(web.uid) + "/" + kCowFile, "changes");
  };
  for_every_fault(prepare, [&](StoreBed&, Store& store) { return store.trash_sandbox(web).has_value(); },
                  [&](const Broken& broken) {
                    const StoreContents seen = broken.bed.store.look();
                    ASSERT_EQ(seen.sandboxes.size() + seen.trash.size(), 1u);
                    if (broken.succeeded) {
                      ASSERT_TRUE(seen.sandboxes.empty());
                    }
                    ASSERT_TRUE(broken.bed.store.trash_sandbox(web));
                    broken.bed.files.lose_power();
                    const StoreContents gone = broken.bed.store.look();
                    ASSERT_TRUE(gone.sandboxes.empty());
                    ASSERT_THAT(gone.trash, SizeIs(1));
                    ASSERT_EQ(gone.trash.front().uid, web.uid);
                    const std::string entry = broken.bed.layout.trash() + "/" + gone.trash.front().name;
                    ASSERT_EQ(broken.bed.files.peek(entry + "/" + kCowFile), "changes");
                  });
}

TEST(SandboxStoreBroken, WhatComesBackIsInTrashOrInItsPlaceWithItsDiskAndRetained) {
  const SandboxIdentity web = sandbox_identity("web");
  const auto prepare = [&](StoreBed& bed) {
    ASSERT_TRUE(bed.store.create_sandbox(web));
    bed.files.put(bed.layout.sandbox_dir(web.uid) + "/" + kCowFile, "changes");
    ASSERT_TRUE(bed.store.trash_sandbox(web));
  };
  const auto undelete = [&](StoreBed& bed, Store& store) {
    const StoreContents seen = bed.store.look();  // which may be what fails
    return !seen.trash.empty() && store.undelete(seen.trash.front(), UndeleteAs::Retained).has_value();
  };
  for_every_fault(prepare, undelete, [&](const Broken& broken) {
    const StoreContents seen = broken.bed.store.look();
    ASSERT_EQ(seen.sandboxes.size() + seen.trash.size(), 1u);
    if (broken.succeeded) {
      ASSERT_TRUE(seen.trash.empty());
    }
    if (!seen.trash.empty()) {
      ASSERT_TRUE(broken.bed.store.undelete(seen.trash.front(), UndeleteAs::Retained));
    }
    collect_leftovers(broken.bed);
    broken.bed.files.lose_power();
    const StoreContents back = broken.bed.store.look();
    ASSERT_TRUE(back.trash.empty());
    ASSERT_EQ(back.sandboxes.size(), 1u);
    ASSERT_TRUE(back.sandboxes.at(web.uid)->retained);
    ASSERT_EQ(broken.bed.files.peek(broken.bed.layout.sandbox_dir(web.uid) + "/" + kCowFile), "changes");
  });
}

TEST(SandboxStoreBroken, ADiscardedDiskIsNeverLostOnItsWay) {
  const SandboxIdentity web = sandbox_identity("web");
  const auto prepare = [&](StoreBed& bed) {
    ASSERT_TRUE(bed.store.create_sandbox(web));
    bed.files.put(bed.layout.sandbox_dir(web.uid) + "/" + kCowFile, "changes");
  };
  for_every_fault(prepare, [&](StoreBed&, Store& store) { return store.trash_disk(web).has_value(); },
                  [&](const Broken& broken) {
                    collect_leftovers(broken.bed);
                    ASSERT_TRUE(broken.bed.store.trash_disk(web));
                    broken.bed.files.lose_power();
                    int found = 0;
                    for (const TrashEntry& entry : broken.bed.store.look().trash) {
                      ASSERT_EQ(entry.uid, web.uid);
                      const std::string disk = broken.bed.layout.trash() + "/" + entry.name + "/" + kCowFile;
                      if (broken.bed.files.peek(disk) == "changes") ++found;
                    }
                    ASSERT_EQ(found, 1);
                    ASSERT_TRUE(broken.bed.store.sandbox(web.uid));
                  });
}

TEST(SandboxStoreBroken, APurgeBegunIsAPurgeThatCanBeFinished) {
  const SandboxIdentity web = sandbox_identity("web");
  const auto prepare = [&](StoreBed& bed) {
    ASSERT_TRUE(bed.store.create_sandbox(web));
    bed.files.put(bed.layout.sandbox_dir(web.uid) + "/" + kCowFile, "changes");
    bed.files.put(bed.layout.sandbox_dir(web.uid) + "/zz", "sorts behind sandbox.json");
    ASSERT_TRUE(bed.store.trash_sandbox(web));
  };
  for_every_fault(prepare, [&](StoreBed& bed, Store& store) {
                    return store.purge({"sandbox-web-01010101-20261120T000000Z", "Sandbox/web", web.uid,
                                        bed.clock.now()}).has_value();
                  },
                  [&](const Broken& broken) {
                    for (const TrashEntry& entry : broken.bed.store.look().trash) {
                      const std::string path = broken.bed.layout.trash() + "/" + entry.name;
                      if (!broken.bed.files.peek_tree(path).empty()) {
                        ASSERT_EQ(entry.uid, web.uid);
                      }
                      ASSERT_TRUE(broken.bed.store.purge(entry));
                    }
                    broken.bed.files.lose_power();
                    ASSERT_TRUE(broken.bed.store.look().trash.empty());
                  });
}

TEST(TrashName, IsReadBackAsPrinted) {
  for (const char* object : {"web", "a-b", "x-01010101", "sandbox-web-01010101-20261120T000000Z"}) {
    const TrashName name{"disk", object, "0a1b2c3d", Moment{std::chrono::seconds{1'800'000'000}}};
    EXPECT_EQ(parse_trash_name(print_trash_name(name)), name);
  }
}

TEST(TrashName, OtherNamesAreNone) {
  for (const char* text : {"", "-", "--", "---", "sandbox", "sandbox-web", "sandbox-web-01010101", "web-x-01010101-20261120T000000Z",
                           "sandbox-web-0101010-20261120T000000Z", "sandbox-web-01010101-20261320T000000Z",
                           "sandbox-web-01010101-20261120T000000", "sandbox-01010101-20261120T000000Z"}) {
    EXPECT_EQ(parse_trash_name(text), std::nullopt) << text;
  }
}

}  // namespace cowherd::testing
