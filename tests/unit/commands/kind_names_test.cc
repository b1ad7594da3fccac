// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/kind_names.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(KindNames, AnyCasePluralsAndShortForms) {
  for (const char* text : {"Sandbox", "sandbox", "SANDBOXES", "sbx"}) EXPECT_EQ(Kind::Sandbox, parse_kind(text).value());
  for (const char* text : {"Template", "templates", "tpl"}) EXPECT_EQ(Kind::Template, parse_kind(text).value());
  for (const char* text : {"Snapshot", "snapshots", "snap"}) EXPECT_EQ(Kind::Snapshot, parse_kind(text).value());
  for (const char* text : {"RetentionPolicy", "retentionpolicies", "rp"}) {
    EXPECT_EQ(Kind::RetentionPolicy, parse_kind(text).value());
  }
}

TEST(KindNames, AnUnknownKindIsInvalidAndNamesTheOnesThereAre) {
  const auto kind = parse_kind("pod");
  ASSERT_FALSE(kind);
  EXPECT_EQ(ErrorKind::Invalid, kind.error().kind);
  EXPECT_NE(std::string::npos, kind.error().hint.find("Sandbox"));
}

TEST(ObjectNames, AreKindSlashName) {
  EXPECT_EQ((ObjectName{Kind::Sandbox, *ResourceName::make("web")}), parse_object_name("sbx/web").value());
  for (const char* text : {"", "web", "sbx/", "/web", "sbx/Web", "sbx/a/b", "pod/web"}) {
    EXPECT_FALSE(parse_object_name(text)) << text;
  }
}

TEST(Subjects, AreObjectsAndSourcesInFull) {
  EXPECT_EQ("Sandbox/web", parse_subject("sbx/web").value());
  for (const char* text : {"Source/fleet", "source/fleet", "SOURCES/fleet"}) EXPECT_EQ("Source/fleet", parse_subject(text).value());
  for (const char* text : {"", "fleet", "Source", "Source/", "Source/Fleet", "Source/a/b", "pod/web"}) EXPECT_FALSE(parse_subject(text)) << text;
  EXPECT_FALSE(parse_object_name("Source/fleet"));
  EXPECT_EQ(std::nullopt, source_in("Sandbox/web"));
}

}  // namespace
}  // namespace cowherd::testing
