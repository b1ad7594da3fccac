// SPDX-License-Identifier: Apache-2.0
#include "resources/store/identity.h"

#include "resources/files/json.h"
#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

SandboxIdentity full_sandbox() {
  SandboxIdentity identity = sandbox_identity("web");
  identity.expires = Moment{std::chrono::hours{500'024}};
  identity.expired_generation = 3;
  identity.disk_discarded = true;
  identity.retained = true;
  identity.last_exit = LastExit{"Killed", false, "signal 9", identity.created, 3, 2};
  return identity;
}

// The printed identity with one member replaced.
template <class Identity>
std::string with(const Identity& identity, std::string_view key, Value value) {
  Value file = *parse_json(print_identity(identity));
  file.set_path(key, std::move(value));
  return print_json(file, JsonStyle::Pretty);
}

Error sandbox_error(const std::string& text) {
  const auto parsed = parse_sandbox_identity(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? Error{} : parsed.error();
}

}  // namespace

TEST(Identity, ASandboxIsReadBackAsWritten) {
  for (const SandboxIdentity& identity : {sandbox_identity("web"), full_sandbox()}) {
    const auto back = parse_sandbox_identity(print_identity(identity));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, identity);
  }
}

TEST(Identity, WhatIsNotAlwaysThereIsReadBackToo) {
  SandboxIdentity sandbox = full_sandbox();
  sandbox.is_protected = true;
  sandbox.prune_disabled = true;
  sandbox.last_scheduled = ScheduledRun{sandbox.created, "7 build"};
  EXPECT_EQ(*parse_sandbox_identity(print_identity(sandbox)), sandbox);
  EXPECT_THAT(sandbox_error(with(sandbox, "lastScheduled", Value::Map{{"due", "soon"}})).message, ::testing::HasSubstr("due"));
}

TEST(Identity, ARevisionIsReadBackAsWritten) {
  RevisionIdentity identity = revision_identity();
  for (int initrd = 0; initrd < 2; ++initrd) {
    const auto back = parse_revision_identity(print_identity(identity));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, identity);
    identity.kernel_sha256 = digest_of("kernel");
    identity.initrd_sha256 = digest_of("initrd");
    identity.has_initrd = true;
  }
}

TEST(Identity, EveryCutOfAFileIsCorrupt) {
  const std::string text = print_identity(full_sandbox());
  const std::size_t last_brace = text.rfind('}');
  for (std::size_t cut = 0; cut <= last_brace; ++cut) {
    EXPECT_EQ(sandbox_error(text.substr(0, cut)).kind, ErrorKind::Corrupt) << cut;
  }
}

TEST(Identity, EveryMissingMemberIsCorruptAndNamed) {
  const Value file = *parse_json(print_identity(sandbox_identity("web")));
  for (const Value::Member& member : *file.as_map()) {
    Value::Map rest;
    for (const Value::Member& other : *file.as_map()) {
      if (other.first != member.first) rest.push_back(other);
    }
    const Error error = sandbox_error(print_json(Value(rest), JsonStyle::Compact));
    EXPECT_EQ(error.kind, ErrorKind::Corrupt);
    EXPECT_THAT(error.message, ::testing::HasSubstr("'" + member.first + "'"));
  }
}

TEST(Identity, EveryMemberOfAnotherTypeIsCorrupt) {
  const Value file = *parse_json(print_identity(full_sandbox()));
  for (const Value::Member& member : *file.as_map()) {
    Value copy = file;
    copy.set(member.first, Value::list());
    EXPECT_EQ(sandbox_error(print_json(copy, JsonStyle::Compact)).kind, ErrorKind::Corrupt) << member.first;
  }
}

TEST(Identity, AnUnknownMemberIsANewerVersions) {
  const Error error = sandbox_error(with(sandbox_identity("web"), "colour", "red"));
  EXPECT_EQ(error.kind, ErrorKind::Corrupt);
  EXPECT_THAT(to_string(error), ::testing::HasSubstr("formatVersion"));
  EXPECT_EQ(sandbox_error(with(full_sandbox(), "lastExit.colour", "red")).kind, ErrorKind::Corrupt);
}

TEST(Identity, AnotherFormatVersionIsNotGuessedAt) {
  const Error error = sandbox_error(with(sandbox_identity("web"), "formatVersion", 2));
  EXPECT_EQ(error.kind, ErrorKind::Corrupt);
  EXPECT_THAT(error.hint, ::testing::HasSubstr("newer"));
}

TEST(Identity, ValuesOutOfTheirFormAreCorrupt) {
  const SandboxIdentity identity = sandbox_identity("web");
  for (const auto& [key, value] : std::vector<std::pair<std::string, Value>>{{"uid", "../../etc"},
                                                                            {"name", "a/b"},
                                                                            {"specHash", ""},
                                                                            {"template", "../x"},
                                                                            {"revision", "12"},
                                                                            {"driver", "zfs"},
                                                                            {"diskSize", -1},
                                                                            {"created", "yesterday"},
                                                                            {"kind", "Revision"}}) {
    EXPECT_EQ(sandbox_error(with(identity, key, value)).kind, ErrorKind::Corrupt) << key;
  }
}

TEST(Identity, OneKindIsNotReadAsTheOther) {
  EXPECT_FALSE(parse_revision_identity(print_identity(sandbox_identity("web"))));
  EXPECT_FALSE(parse_sandbox_identity(print_identity(revision_identity())));
}

}  // namespace cowherd::testing
