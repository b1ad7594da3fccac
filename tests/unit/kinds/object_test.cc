// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "resources/kinds/document_type.h"

namespace cowherd::testing {
namespace {

SandboxSpec web() {
  SandboxSpec spec = std::get<SandboxSpec>(make_spec(Kind::Sandbox, {}).what);
  spec.template_ref = *ResourceName::make("base");
  return spec;
}

TemplateSpec base() {
  TemplateSpec spec = std::get<TemplateSpec>(make_spec(Kind::Template, {}).what);
  spec.image_path = "/srv/a.ext4";
  spec.kernel_path = "/srv/vmlinuz";
  return spec;
}

TEST(Object, ASpecComesBackFromItsValue) {
  SandboxSpec sandbox = web();
  sandbox.disk_size = 10_GiB;
  sandbox.ttl = std::chrono::hours{24};
  const Spec spec{sandbox};
  const auto back = spec_from_value(Kind::Sandbox, to_value(spec));
  ASSERT_TRUE(back.has_value()) << to_string(back.error());
  EXPECT_EQ(*back, spec);
}

TEST(Object, DefaultsArePartOfTheValue) {
  const Value value = to_value(Spec{web()});
  ASSERT_NE(value.find_path("resources.memory"), nullptr);
  EXPECT_EQ(*value.find_path("resources.memory"), Value("512Mi"));
  EXPECT_EQ(value.find_path("resources.disk"), nullptr);
}

TEST(Object, AnEmptyListOfArgumentsIsNotTheDefault) {
  TemplateSpec spec = base();
  spec.boot_args = {};
  const auto back = spec_from_value(Kind::Template, to_value(Spec{spec}));
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(std::get<TemplateSpec>(back->what).boot_args.empty());
}

TEST(Object, UnknownMissingAndMistypedFieldsAreCorrupt) {
  Value value = to_value(Spec{web()});
  value.set("colour", "red");
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  value = to_value(Spec{web()});
  value.set_path("resources.colour", "red");
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  value = to_value(Spec{web()});
  value.set("templateRef", Value::map());
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  value = to_value(Spec{web()});
  value.set_path("resources.vcpus", "2");
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  value = to_value(Spec{web()});
  value.set("resources", Value{});
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  value = to_value(Spec{web()});
  value.set("powerState", Value{});
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  EXPECT_EQ(spec_from_value(Kind::Sandbox, Value("x")).error().kind, ErrorKind::Corrupt);
}

SandboxSpec restored() {
  SandboxSpec spec = web();
  spec.template_ref = {};
  spec.restore_from = *ResourceName::make("before");
  return spec;
}

TEST(Object, TheDefaultsOfAnOptionStandForNothingWhileItIsNotWritten) {
  EXPECT_EQ(to_value(Spec{web()}).find("restoreFrom"), nullptr);
  EXPECT_EQ(*to_value(Spec{restored()}).find_path("restoreFrom.mode"), Value("Auto"));
  const auto back = spec_from_value(Kind::Sandbox, to_value(Spec{restored()}));
  ASSERT_TRUE(back.has_value()) << to_string(back.error());
  EXPECT_EQ(*back, Spec{restored()});
}

TEST(Object, BothOptionsOrNoneAreCorrupt) {
  Value value = to_value(Spec{web()});
  value.set_path("restoreFrom.snapshotRef.name", "before");
  EXPECT_EQ(spec_from_value(Kind::Sandbox, value).error().kind, ErrorKind::Corrupt);
  SandboxSpec neither = web();
  neither.template_ref = {};
  EXPECT_EQ(spec_from_value(Kind::Sandbox, to_value(Spec{neither})).error().kind, ErrorKind::Corrupt);
}

TEST(Object, ASizeThatWasAcceptedOnceIsStillRead) {
  Value value = to_value(Spec{web()});
  value.set_path("resources.memory", "500M");
  const auto back = spec_from_value(Kind::Sandbox, value);
  ASSERT_TRUE(back.has_value()) << to_string(back.error());
  EXPECT_EQ(std::get<SandboxSpec>(back->what).memory, Bytes{500'000'000});
}

TEST(Object, TheHashFollowsTheSpecAndNothingElse) {
  SandboxSpec other = web();
  EXPECT_EQ(spec_hash(Spec{web()}), spec_hash(Spec{other}));
  other.memory = 1_GiB;
  EXPECT_NE(spec_hash(Spec{web()}), spec_hash(Spec{other}));
}

// A change here means that every deployed object counts as edited: a new API version, not a new number.
TEST(Object, TheHashOfAnUnchangedSpecStaysTheSameBetweenReleases) {
  EXPECT_EQ(spec_hash(Spec{web()}).str(), "4b8fd2ba79fe9624ab14db1b1d6c7a5948fb7a4278f26217bcf55ecc89394316");
  EXPECT_EQ(spec_hash(Spec{base()}).str(), "3bcafc149e8afa0f5ca42f07fb223a588f66b030be2136965de4617a44c5fa5d");
}

ChangeClass class_of(const SandboxSpec& from, const SandboxSpec& to) {
  const auto found = changes(Spec{from}, Spec{to});
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? ChangeClass::Live : found[0].change;
}

TEST(Changes, NameTheFieldAndBothValues) {
  SandboxSpec edited = web();
  edited.memory = 1_GiB;
  edited.ttl = std::chrono::hours{1};
  const auto found = changes(Spec{web()}, Spec{edited});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], (FieldChange{"spec.resources.memory", "512Mi", "1Gi", ChangeClass::Restart}));
  EXPECT_EQ(found[1], (FieldChange{"spec.lifecycle.ttl", "", "1h", ChangeClass::Live}));
  EXPECT_TRUE(changes(Spec{web()}, Spec{web()}).empty());
}

TEST(Changes, HaveTheClassesOfTheDesign) {
  SandboxSpec edited = web();
  edited.power_state = PowerState::Stopped;
  EXPECT_EQ(class_of(web(), edited), ChangeClass::Live);
  edited = web();
  edited.vcpus = 2;
  EXPECT_EQ(class_of(web(), edited), ChangeClass::Restart);
  edited = web();
  edited.network = NetworkMode::User;
  EXPECT_EQ(class_of(web(), edited), ChangeClass::Restart);
  edited = web();
  edited.cow_limit = 1_GiB;
  EXPECT_EQ(class_of(web(), edited), ChangeClass::Live);
  edited = web();
  edited.template_ref = *ResourceName::make("other");
  EXPECT_EQ(class_of(web(), edited), ChangeClass::Replace);
  edited = restored();
  edited.restore_from = *ResourceName::make("another");
  EXPECT_EQ(class_of(restored(), edited), ChangeClass::Replace);
  edited = restored();
  edited.restore_mode = RestoreMode::Disk;
  EXPECT_EQ(class_of(restored(), edited), ChangeClass::Replace);
}

TEST(Changes, FromATemplateToASnapshotNameWhatCameAndWhatWent) {
  const auto found = changes(Spec{web()}, Spec{restored()});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], (FieldChange{"spec.templateRef.name", "base", "", ChangeClass::Replace}));
  EXPECT_EQ(found[1], (FieldChange{"spec.restoreFrom.snapshotRef.name", "", "before", ChangeClass::Replace}));
  EXPECT_EQ(found[2], (FieldChange{"spec.restoreFrom.mode", "", "Auto", ChangeClass::Replace}));
}

TEST(Changes, OfADiskRestartWhenItGrowsAndLoseDataWhenItShrinksOrItsSizeIsTakenOut) {
  SandboxSpec small = web();
  small.disk_size = 1_GiB;
  SandboxSpec large = web();
  large.disk_size = 2_GiB;
  EXPECT_EQ(class_of(small, large), ChangeClass::Restart);
  EXPECT_EQ(class_of(large, small), ChangeClass::DataLoss);
  EXPECT_EQ(class_of(web(), small), ChangeClass::Restart);
  EXPECT_EQ(class_of(small, web()), ChangeClass::DataLoss);
}

TEST(Changes, OfListsAreSpelledAsJson) {
  TemplateSpec edited = base();
  edited.boot_args = {"a", "b"};
  const auto found = changes(Spec{base()}, Spec{edited});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].from, "[\"console=ttyS0\"]");
  EXPECT_EQ(found[0].to, "[\"a\",\"b\"]");
}

}  // namespace
}  // namespace cowherd::testing
