// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/complete.h"

#include <gmock/gmock.h>

namespace cowherd::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

ObjectName sandbox(const std::string& name) { return {Kind::Sandbox, *ResourceName::make(name)}; }

struct Asked {
  int times = 0;
  Options options{};
};

Completion completion_of(const std::vector<std::string>& words, Asked& asked) {
  const auto objects = [&asked](const Options& options) {
    ++asked.times;
    asked.options = options;
    return std::vector<ObjectName>{{Kind::Template, *ResourceName::make("base")}, sandbox("web"), sandbox("worker"),
                                   {Kind::Snapshot, *ResourceName::make("golden")},
                                   {Kind::RetentionPolicy, *ResourceName::make("nightly")}};
  };
  const auto sources = [](const Options&) {
    return std::vector<KnownSource>{{"fleet", {{"a1b2c3d", "more memory"}, {"e4f5a6b", "begin"}}}, {"lab", {{"0badcaf", ""}}}};
  };
  return complete(command_shapes(), words, {objects, sources});
}

std::vector<std::string> offered(const std::vector<std::string>& words) {
  Asked asked;
  std::vector<std::string> texts;
  for (const CompletionWord& candidate : completion_of(words, asked).candidates) texts.push_back(candidate.text);
  return texts;
}

TEST(Complete, CommandsComeFirst) {
  EXPECT_THAT(offered({""}), Contains("describe"));
  EXPECT_THAT(offered({"de"}), ElementsAre("describe"));
  EXPECT_THAT(offered({"--state-dir", "/s", "ve"}), ElementsAre("verify", "version"));
  EXPECT_THAT(offered({""}), Not(Contains("__complete")));
}

TEST(Complete, CommandsBelowACommandComeAfterIt) {
  EXPECT_THAT(offered({"co"}), ElementsAre("console", "cow", "completion"));
  EXPECT_THAT(offered({"cow", ""}), ElementsAre("inspect", "verify", "diff", "merge"));
  EXPECT_THAT(offered({"cow", "m"}), ElementsAre("merge"));
  EXPECT_THAT(offered({"cow", "merge", "--r"}), ElementsAre("--rescue"));
  EXPECT_THAT(offered({"cow", "verify", "-o", ""}), ElementsAre("text", "json"));
  Asked asked;
  EXPECT_EQ(completion_of({"cow", "merge", "--base", ""}, asked).then, ShellPart::Files);
  EXPECT_EQ(completion_of({"cow", "diff", "a", ""}, asked).then, ShellPart::Files);
}

TEST(Complete, APolicyIsADeclaredOneOrAFile) {
  Asked asked;
  const Completion completion = completion_of({"retention", "preview", ""}, asked);
  EXPECT_EQ(ShellPart::Files, completion.then);
  EXPECT_THAT(offered({"retention", "preview", ""}), ElementsAre("nightly"));
}

TEST(Complete, SnapshotsAreOfferedWhereOneIsDue) {
  EXPECT_THAT(offered({"verify", ""}), ElementsAre("snapshot"));
  EXPECT_THAT(offered({"verify", "snapshot", ""}), ElementsAre("golden"));
  EXPECT_THAT(offered({"flatten", "g"}), ElementsAre("golden"));
  Asked asked;
  EXPECT_EQ(completion_of({"flatten", "--state-dir", "/s", "golden", "-o", ""}, asked).then, ShellPart::Files);
  EXPECT_EQ(asked.times, 0);
}

TEST(Complete, FlagsAreThoseOfTheCommand) {
  EXPECT_THAT(offered({"plan", "--d"}), ElementsAre("--detailed-exitcode"));
  EXPECT_THAT(offered({"version", "--s"}), IsEmpty());
  EXPECT_THAT(offered({"get", "-"}), Contains("--state-dir"));
}

TEST(Complete, ValuesOfAFlagAreItsChoices) {
  EXPECT_THAT(offered({"get", "-o", ""}), ElementsAre("table", "wide", "json", "yaml"));
  EXPECT_THAT(offered({"get", "--output", "j"}), ElementsAre("json"));
  EXPECT_THAT(offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
}

TEST(Complete, EqualsSignsAreReadAsTheShellsSendThem) {
  EXPECT_THAT(offered({"get", "--output", "=", "js"}), ElementsAre("json"));
  EXPECT_THAT(offered({"get", "--output", "="}), ElementsAre("table", "wide", "json", "yaml"));
  EXPECT_THAT(offered({"get", "--output=js"}), ElementsAre("--output=json"));
}

TEST(Complete, KindsThenNames) {
  EXPECT_THAT(offered({"get", "S"}), ElementsAre("Sandbox", "Snapshot"));
  EXPECT_THAT(offered({"get", "sbx", ""}), ElementsAre("web", "worker"));
  EXPECT_THAT(offered({"get", "Template", ""}), ElementsAre("base"));
  EXPECT_THAT(offered({"get", "sbx/wo"}), ElementsAre("sbx/worker"));
  EXPECT_THAT(offered({"get", "sbx", "web", ""}), IsEmpty());
}

TEST(Complete, ObjectsAreWrittenAsKindAndName) {
  EXPECT_THAT(offered({"describe", "Sa"}), ElementsAre("Sandbox/"));
  EXPECT_THAT(offered({"approve", "delete", "Sandbox/w"}), ElementsAre("Sandbox/web", "Sandbox/worker"));
  EXPECT_THAT(offered({"approve", ""}), ElementsAre("replace", "dataloss", "delete", "prune"));
}

TEST(Complete, SourcesAreOfferedWhereOneIsDue) {
  EXPECT_THAT(offered({"so"}), ElementsAre("source"));
  EXPECT_THAT(offered({"source", ""}), ElementsAre("list", "reconcile"));
  EXPECT_THAT(offered({"source", "reconcile", ""}), ElementsAre("fleet", "lab"));
  EXPECT_THAT(offered({"history", "f"}), ElementsAre("fleet"));
  EXPECT_THAT(offered({"suspend", "S"}), ElementsAre("Sandbox/", "Snapshot/", "Source/"));
  EXPECT_THAT(offered({"unsuspend", "Source/"}), ElementsAre("Source/fleet", "Source/lab"));
  EXPECT_THAT(offered({"events", "--for", "source/l"}), ElementsAre("source/lab"));
  EXPECT_THAT(offered({"suspend", "Sandbox/we"}), ElementsAre("Sandbox/web"));
  EXPECT_THAT(offered({"describe", "S"}), Not(Contains("Source/")));
}

TEST(Complete, RevisionsAreThoseOfTheSourceThatWasNamed) {
  EXPECT_THAT(offered({"rollback", "--to", ""}), ElementsAre("a1b2c3d", "e4f5a6b", "0badcaf"));
  EXPECT_THAT(offered({"rollback", "fleet", "--to", "e"}), ElementsAre("e4f5a6b"));
  EXPECT_THAT(offered({"rollback", "lab", "--to", ""}), ElementsAre("0badcaf"));
}

TEST(Complete, SchemaKnowsTheConfigurationToo) {
  EXPECT_THAT(offered({"schema", "c"}), ElementsAre("config"));
  EXPECT_THAT(offered({"schema", "T"}), ElementsAre("Template"));
}

TEST(Complete, PathsAreLeftToTheShell) {
  Asked asked;
  EXPECT_EQ(ShellPart::Directories, completion_of({"get", "--state-dir", ""}, asked).then);
  EXPECT_EQ(ShellPart::Files, completion_of({"get", "--config", ""}, asked).then);
  EXPECT_EQ(ShellPart::Files, completion_of({"validate", ""}, asked).then);
  EXPECT_EQ(ShellPart::Files, completion_of({"validate", "a.yaml", "b"}, asked).then);
  EXPECT_EQ(ShellPart::Nothing, completion_of({"get", ""}, asked).then);
}

TEST(Complete, ObjectsAreLookedUpOnlyWhenOneIsDueAndWhereTheFlagsSay) {
  Asked asked;
  completion_of({"get", "S"}, asked);
  EXPECT_EQ(0, asked.times);
  completion_of({"--manifests", "/m", "get", "--state-dir", "/s", "sbx", ""}, asked);
  EXPECT_EQ(1, asked.times);
  EXPECT_EQ((Options{"/m", "/s", ""}), asked.options);
}

TEST(Complete, NothingAndNonsenseAreAnsweredToo) {
  EXPECT_THAT(offered({}), Contains("get"));
  EXPECT_THAT(offered({"nonsense", ""}), Contains("get"));
  EXPECT_THAT(offered({"describe", "Nothing/"}), IsEmpty());
  EXPECT_THAT(offered({"="}), Contains("get"));
}

}  // namespace
}  // namespace cowherd::testing
