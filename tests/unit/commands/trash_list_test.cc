// SPDX-License-Identifier: Apache-2.0
// What a word of a person means among what is in trash.
#include "reconciler/commands/trash_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/commands/pictures.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

TrashEntry an_entry(const std::string& name, const std::string& object, Span ago) {
  return {name, object, std::nullopt, noon() - ago, RevisionRef{"base", a_digest("revision of base")}};
}

class TrashList : public ::testing::Test {
 protected:
  std::string refused(const std::string& what) { return to_string(trash_entry_meant(picture_, what).error()); }

  Picture picture_ = an_empty_picture();
  TrashEntry older_ = an_entry("sandbox-web-11111111-20261120T090000Z", "Sandbox/web", std::chrono::hours{3});
  TrashEntry newer_ = an_entry("sandbox-web-22222222-20261120T100000Z", "Sandbox/web", std::chrono::hours{2});
};

TEST_F(TrashList, OneIsMeantByNameObjectAndEntry) {
  picture_.seen.store.trash = {older_};
  for (const std::string& what : {std::string("web"), std::string("Sandbox/web"), std::string("sbx/web"), older_.name}) {
    EXPECT_EQ(trash_entry_meant(picture_, what).value(), older_) << what;
  }
}

TEST_F(TrashList, OfSeveralTheNewestIsNamedFirstAndTheEntryDecides) {
  picture_.seen.store.trash = {older_, newer_};
  const std::string said = refused("web");
  EXPECT_LT(said.find(newer_.name), said.find(older_.name));
  EXPECT_THAT(said, HasSubstr("since 2026-11-20T10:00:00Z"));
  EXPECT_EQ(trash_entry_meant(picture_, older_.name).value(), older_);
}

TEST_F(TrashList, ATakenNameIsRefused) {
  picture_.seen.store.trash = {older_};
  add_sandbox(picture_, "web");
  EXPECT_THAT(refused("web"), HasSubstr("another sandbox has that name"));
}

TEST_F(TrashList, ADeclaredNameIsRefused) {
  picture_.seen.store.trash = {older_};
  picture_.declared.objects.emplace(sandbox_named("web"), a_sandbox("web").declared());
  EXPECT_THAT(refused("web"), HasSubstr("it is declared at web.yaml:3:9"));
}

TEST_F(TrashList, APartOfASandboxIsRefused) {
  TrashEntry disk = an_entry("disk-web-11111111-20261120T090000Z", "Sandbox/web", std::chrono::hours{3});
  disk.base.reset();
  picture_.seen.store.trash = {disk};
  EXPECT_THAT(refused(disk.name), HasSubstr("no whole sandbox"));
  EXPECT_THAT(refused("web"), HasSubstr("not in trash"));
}

TEST_F(TrashList, WhatIsNotThereIsGuessedAt) {
  picture_.seen.store.trash = {older_};
  EXPECT_THAT(refused("wbe"), HasSubstr("did you mean \"web\"?"));
}

}  // namespace
}  // namespace cowherd::testing
