// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/file_record.h"

#include <gtest/gtest.h>

#include "reconciler/source/file_diagnostic.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

FileRecord in_force(const std::string& text) {
  FileRecord record;
  record.in_look = true;
  record.take_text("a.yaml", text);
  record.put_in_force();
  return record;
}

// A power failure leaves a file without content where one was being saved.
TEST(FileRecord, AFileThatBecameEmptyKeepsItsObjectsInForce) {
  FileRecord record = in_force(sandbox("web"));
  record.take_text("a.yaml", "");
  EXPECT_FALSE(record.fresh());
  EXPECT_EQ(record.good.size(), 1u);
  const FileStatus status = record.status("a.yaml", {});
  EXPECT_TRUE(status.frozen);
  ASSERT_EQ(status.diagnostics.size(), 1u);
  EXPECT_EQ(status.diagnostics[0].code, kEmptied);
}

TEST(FileRecord, AFileWhoseDocumentsWereTakenOutIsValid) {
  FileRecord record = in_force(sandbox("web"));
  record.take_text("a.yaml", "# nothing here any more\n");
  EXPECT_TRUE(record.fresh());
}

TEST(FileRecord, AFileThatWasAlwaysEmptyIsValid) {
  FileRecord record = in_force("");
  EXPECT_TRUE(record.status("a.yaml", {}).valid);
  record.take_text("a.yaml", sandbox("web"));
  EXPECT_TRUE(record.fresh());
}

}  // namespace
}  // namespace cowherd::testing
