// SPDX-License-Identifier: Apache-2.0
// A catalog that was lost is given back what the directories tell.
#include "reconciler/daemon/rebuild_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconciler/desired/expand.h"
#include "reconciler/lineage/base_id.h"
#include "reconciler/lineage/build_lineage.h"
#include "tests/builders/worlds.h"
#include "tests/fakes/memory_catalog.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RebuildCatalog : public ::testing::Test {
 protected:
  RebuildCatalog() {
    RevisionIdentity revision;
    revision.id = a_digest("revision");
    revision.template_name = a_name("base");
    store.templates["base"].emplace(revision.id, revision);
    SandboxIdentity web;
    web.uid = a_uid("web");
    web.name = a_name("web");
    web.template_name = "base";
    web.revision = revision.id;
    store.sandboxes.emplace(web.uid, web);
    before.name = a_name("before");
    before.uid = a_uid("capture");
    before.sandbox_uid = web.uid;
    before.template_name = "base";
    before.revision = revision.id;
    before.captured = noon();
    store.snapshots.emplace("before", before);
  }
  Result<Rebuilt> rebuild() { return rebuild_catalog(catalog, catalog, store, noon()); }

  Faults faults{};
  MemoryCatalog catalog{faults};
  StoreContents store{};
  SnapshotIdentity before{};
};

TEST_F(RebuildCatalog, CapturesAreKnownAgain) {
  ASSERT_TRUE(rebuild());
  const auto capture = catalog.peek().captures.find("Snapshot/before");
  ASSERT_NE(capture, catalog.peek().captures.end());
  EXPECT_EQ(capture->second, (CaptureMemory{capture_hash(before.spec).str(), noon()}));
  EXPECT_TRUE(*catalog.is_rebuilt());
  EXPECT_THAT(catalog.peek_events().back().message, HasSubstr("1 captures and 2 bases"));
}

TEST_F(RebuildCatalog, TheSameDirectoriesMakeTheSameIndex) {
  ASSERT_TRUE(rebuild());
  const std::vector<IndexedBase> first = *catalog.bases();
  catalog.lose();
  EXPECT_FALSE(*catalog.is_rebuilt());
  EXPECT_TRUE(catalog.bases()->empty());
  ASSERT_TRUE(rebuild());
  EXPECT_EQ(*catalog.bases(), first);
}

TEST_F(RebuildCatalog, ABaseNamesWhatStandsOnIt) {
  const std::vector<IndexedBase> bases = index_of(build_lineage({store}), store);
  ASSERT_EQ(bases.size(), 2u);
  const IndexedBase& revision = bases[0].kind == "snapshot" ? bases[1] : bases[0];
  const IndexedBase& snapshot = bases[0].kind == "snapshot" ? bases[0] : bases[1];
  EXPECT_EQ(revision.id, base_id_of(a_digest("revision")));
  EXPECT_THAT(revision.dependants, ElementsAre("Sandbox/web", "Snapshot/before"));
  EXPECT_THAT(snapshot.parents, ElementsAre(revision.key));
  EXPECT_EQ(snapshot.id, base_id_of(a_uid("capture")));
}

TEST_F(RebuildCatalog, WhatCouldNotBeReadKeepsItFromCountingAsRebuilt) {
  store.unreadable.push_back(make_error(ErrorKind::Denied, "list '/state/snapshots'"));
  const auto rebuilt = rebuild();
  ASSERT_TRUE(rebuilt);
  EXPECT_EQ(rebuilt->unread.size(), 1u);
  EXPECT_FALSE(*catalog.is_rebuilt());
  EXPECT_EQ(catalog.peek_events().back().type, EventType::Warning);
}

TEST_F(RebuildCatalog, ARetainedSnapshotWasNotDeclaredAndCannotBeLost) {
  before.retained = true;
  store.snapshots.insert_or_assign("before", before);
  ASSERT_TRUE(rebuild());
  EXPECT_TRUE(catalog.peek().captures.empty());
}

}  // namespace
}  // namespace cowherd::testing
