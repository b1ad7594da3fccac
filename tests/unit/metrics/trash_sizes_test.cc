// SPDX-License-Identifier: Apache-2.0
// What came into trash and what went for good, told apart from what was brought back.
#include "reconciler/metrics/trash_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

class TrashSizesTest : public ::testing::Test {
 protected:
  TrashSizes::Change look(const std::vector<std::string>& names) {
    std::vector<TrashEntry> entries;
    for (const std::string& name : names) entries.push_back({name, {}, {}, {}, {}});
    return sizes.look(entries);
  }

  std::map<std::string, Bytes> on_disk{{"a", 1_MiB}, {"b", 2_MiB}};
  int measured = 0;
  TrashSizes sizes{[this](const std::string& name) -> Result<Bytes> {
    ++measured;
    const auto found = on_disk.find(name);
    if (found == on_disk.end()) return fail(ErrorKind::Failed, "read it");
    return found->second;
  }};
};

TEST_F(TrashSizesTest, WhatWasThereBeforeDidNotCome) {
  EXPECT_EQ(Bytes{}, look({"a"}).came);
  EXPECT_EQ(1_MiB, sizes.all());
  EXPECT_EQ(2_MiB, look({"a", "b"}).came);
  EXPECT_EQ(3_MiB, sizes.all());
}

TEST_F(TrashSizesTest, AnEntryIsMeasuredOnce) {
  look({"a", "b"});
  look({"a", "b"});
  EXPECT_EQ(2, measured);
}

TEST_F(TrashSizesTest, WhatIsPurgedCountsOnce) {
  look({"a", "b"});
  sizes.note_purge("Trash/b");
  EXPECT_EQ(2_MiB, look({"a"}).purged);
  EXPECT_EQ(Bytes{}, look({"a"}).purged);
  EXPECT_EQ(1_MiB, sizes.all());
}

TEST_F(TrashSizesTest, APurgeThatTellsAfterTheLookThatMissesTheEntryCounts) {
  look({"a"});
  EXPECT_EQ(Bytes{}, look({}).purged);
  sizes.note_purge("Trash/a");
  EXPECT_EQ(1_MiB, look({}).purged);
}

TEST_F(TrashSizesTest, WhatIsBroughtBackIsNotPurged) {
  look({"a"});
  EXPECT_EQ(Bytes{}, look({}).purged);
  EXPECT_EQ(Bytes{}, look({}).purged);
}

TEST_F(TrashSizesTest, WhatCannotBeReadIsMeasuredAgain) {
  look({"a"});
  EXPECT_EQ(Bytes{}, look({"a", "c"}).came);
  on_disk["c"] = 4_MiB;
  EXPECT_EQ(4_MiB, look({"a", "c"}).came);
}

}  // namespace
}  // namespace cowherd::testing
