// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_arguments.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

template <class Arguments>
Arguments understood(const Words& words) {
  const auto parsed = parse_arguments(words);
  const auto* invocation = std::get_if<Invocation>(&parsed);
  if (invocation == nullptr) {
    ADD_FAILURE() << std::get<Answer>(parsed).err;
    return {};
  }
  const auto* arguments = std::get_if<Arguments>(&invocation->what);
  EXPECT_NE(nullptr, arguments);
  return arguments == nullptr ? Arguments{} : *arguments;
}

Options options_in(const Words& words) {
  const auto parsed = parse_arguments(words);
  const auto* invocation = std::get_if<Invocation>(&parsed);
  EXPECT_NE(nullptr, invocation);
  return invocation == nullptr ? Options{} : invocation->options;
}

// What is said about a command line that is refused, with code 64 and nothing on stdout.
std::string refused(const Words& words) {
  const auto parsed = parse_arguments(words);
  const auto* answer = std::get_if<Answer>(&parsed);
  if (answer == nullptr) return "it was understood";
  EXPECT_EQ(ExitCode::Usage, answer->code);
  EXPECT_EQ("", answer->out);
  return answer->err;
}

TEST(ParseArguments, FlagsMayStandBeforeAndAfterTheCommand) {
  const Options expected{"/m", "/s", "/c"};
  EXPECT_EQ(expected, options_in({"--manifests", "/m", "--state-dir", "/s", "get", "--config", "/c"}));
  EXPECT_EQ(expected, options_in({"run", "--manifests=/m", "--state-dir=/s", "--config=/c"}));
}

TEST(ParseArguments, FlagsOfTheCommandWin) {
  EXPECT_EQ("/b", options_in({"--state-dir", "/a", "plan", "--state-dir", "/b"}).state_dir);
}

TEST(ParseArguments, GetTakesKindAndNameInBothSpellings) {
  for (const Words& words : {Words{"get", "sbx", "web"}, Words{"get", "sbx/web"}}) {
    const auto get = understood<GetArguments>(words);
    EXPECT_EQ("sbx", get.kind);
    EXPECT_EQ("web", get.name);
  }
  EXPECT_EQ(OutputFormat::Wide, understood<GetArguments>({"get", "-o", "wide"}).output);
  EXPECT_EQ(OutputFormat::Table, understood<GetArguments>({"get"}).output);
}

TEST(ParseArguments, AnObjectMayBeCalledLikeACommand) {
  const auto get = understood<GetArguments>({"get", "sandbox", "run"});
  EXPECT_EQ("run", get.name);
  EXPECT_EQ("sandbox/plan", understood<DescribeArguments>({"describe", "sandbox", "plan"}).object);
}

TEST(ParseArguments, SourcesAreNamedWhereTheyCanBeMeant) {
  EXPECT_EQ("Source/fleet", understood<SuspendArguments>({"suspend", "source/fleet"}).object);
  EXPECT_EQ("Source/fleet", understood<UnsuspendArguments>({"unsuspend", "Source/fleet"}).object);
  EXPECT_EQ("Sandbox/web", understood<SuspendArguments>({"suspend", "sbx/web", "--reason", "x"}).object);
  EXPECT_EQ("Source/fleet", understood<EventsArguments>({"events", "--for", "Source/fleet"}).object);
  EXPECT_THAT(refused({"describe", "Source/fleet"}), HasSubstr("not a kind"));
  EXPECT_THAT(refused({"get", "Source/fleet"}), HasSubstr("not a kind"));
}

TEST(ParseArguments, SourceCommands) {
  EXPECT_EQ(OutputFormat::Yaml, understood<SourceListArguments>({"source", "list", "-o", "yaml"}).output);
  const auto look = understood<SourceReconcileArguments>({"source", "reconcile", "fleet", "--timeout", "7s"});
  EXPECT_EQ("fleet", look.source);
  EXPECT_EQ(std::chrono::seconds{7}, look.timeout);
  EXPECT_EQ("", understood<HistoryArguments>({"history"}).source);
  EXPECT_EQ("fleet", understood<HistoryArguments>({"history", "fleet"}).source);
  const auto back = understood<RollbackArguments>({"rollback", "--to", "a1b2", "fleet", "--reason", "why"});
  EXPECT_EQ("a1b2", back.revision);
  EXPECT_EQ("fleet", back.source);
  EXPECT_EQ("why", back.reason);
  EXPECT_THAT(refused({"rollback", "fleet"}), HasSubstr("--to"));
  EXPECT_THAT(refused({"source", "reconcile"}), HasSubstr("source"));
  EXPECT_THAT(refused({"history", "Fleet"}), HasSubstr("Fleet"));
}

TEST(ParseArguments, DescribeNeedsAKindAndAName) {
  EXPECT_EQ("Sandbox/web", understood<DescribeArguments>({"describe", "Sandbox/web"}).object);
  EXPECT_EQ("sbx/web", understood<DescribeArguments>({"describe", "sbx", "web"}).object);
  EXPECT_THAT(refused({"describe", "sbx"}), HasSubstr("KIND/NAME"));
  EXPECT_THAT(refused({"describe", "sbx/web", "more"}), HasSubstr("web/more"));
  EXPECT_THAT(refused({"describe"}), HasSubstr("object"));
}

TEST(ParseArguments, ValidateTakesManyPathsAndStandardInput) {
  EXPECT_THAT(understood<ValidateArguments>({"validate", "a.yaml", "-", "dir"}).paths, ElementsAre("a.yaml", "-", "dir"));
  EXPECT_TRUE(understood<ValidateArguments>({"validate"}).paths.empty());
}

TEST(ParseArguments, PlanKnowsItsExitCodesAndFormats) {
  EXPECT_EQ(ExitCodeStyle::Plain, understood<PlanArguments>({"plan"}).exit_codes);
  EXPECT_EQ(ExitCodeStyle::Detailed, understood<PlanArguments>({"plan", "--detailed-exitcode"}).exit_codes);
  EXPECT_EQ(OutputFormat::Dot, understood<PlanArguments>({"plan", "-o", "dot"}).output);
  EXPECT_THAT(refused({"plan", "-o", "yaml"}), HasSubstr("text|json|dot"));
}

TEST(ParseArguments, TheTimeoutIsADuration) {
  EXPECT_EQ(std::chrono::minutes{5}, understood<ApplyArguments>({"apply"}).timeout);
  EXPECT_EQ(std::chrono::seconds{90}, understood<ApplyArguments>({"apply", "--timeout", "1m30s"}).timeout);
  EXPECT_THAT(refused({"apply", "--timeout", "90"}), HasSubstr("90s"));
  EXPECT_THAT(refused({"apply", "--timeout", "0s"}), HasSubstr("--timeout"));
}

TEST(ParseArguments, ApproveNeedsAnObjectExceptForPrune) {
  EXPECT_EQ("Sandbox/web", understood<ApproveArguments>({"approve", "replace", "Sandbox/web"}).object);
  EXPECT_EQ("prune", understood<ApproveArguments>({"approve", "prune"}).verb);
  EXPECT_THAT(refused({"approve", "delete"}), HasSubstr("needs an object"));
  EXPECT_THAT(refused({"approve", "prune", "Sandbox/web"}), HasSubstr("approve delete Sandbox/web"));
  EXPECT_THAT(refused({"approve", "replce", "Sandbox/web"}), HasSubstr("\"replace\""));
  EXPECT_THAT(refused({"approve", "delete", "Sandbx/web"}), HasSubstr("not a kind"));
}

TEST(ParseArguments, WhatIsMisspeltIsSuggested) {
  EXPECT_THAT(refused({"gte"}), HasSubstr("\"get\""));
  EXPECT_THAT(refused({"get", "--statedir", "/s"}), HasSubstr("\"--state-dir\""));
  EXPECT_THAT(refused({"--manifest", "/m", "get"}), HasSubstr("\"--manifests\""));
  EXPECT_THAT(refused({"get", "sbx", "web", "more"}), HasSubstr("'more'"));
}

TEST(ParseArguments, EveryRefusalPointsToTheHelpOfItsCommand) {
  EXPECT_THAT(refused({"get", "--nope"}), HasSubstr("cowherd get --help"));
  EXPECT_THAT(refused({"nonsense"}), HasSubstr("cowherd --help"));
}

TEST(ParseArguments, AFlagWithoutItsValueIsRefused) {
  EXPECT_THAT(refused({"get", "--state-dir"}), HasSubstr("--state-dir"));
  EXPECT_THAT(refused({"get", "--state-dir", "/a", "--state-dir", "/b"}), HasSubstr("--state-dir"));
}

TEST(ParseArguments, NothingShowsTheHelpAndFails) {
  EXPECT_THAT(refused({}), HasSubstr("Usage:"));
}

TEST(ParseArguments, HelpAndVersionGoToStdoutAndSucceed) {
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"--version"}, Words{"get", "--help"}}) {
    const auto parsed = parse_arguments(words);
    const auto& answer = std::get<Answer>(parsed);
    EXPECT_EQ(ExitCode::Done, answer.code);
    EXPECT_NE("", answer.out);
    EXPECT_EQ("", answer.err);
  }
}

TEST(ParseArguments, TheHiddenCommandKeepsItsWordsAsTheyAre) {
  EXPECT_THAT(understood<CompleteArguments>({"__complete", "get", "--output=js", "--", ""}).words,
              ElementsAre("get", "--output=js", "--", ""));
}

TEST(ParseArguments, CommandsBelowCowTakeFilesAndSizes) {
  const auto merge = understood<CowMergeArguments>({"cow", "merge", "--base", "b", "--size", "4Mi", "f", "o", "--rescue"});
  EXPECT_EQ("b", merge.base);
  EXPECT_EQ("f", merge.file);
  EXPECT_EQ("o", merge.output);
  EXPECT_EQ(4_MiB, merge.size);
  EXPECT_EQ(InvalidStore::Rescue, merge.invalid);
  EXPECT_EQ(InvalidStore::Refuse, understood<CowMergeArguments>({"cow", "merge", "--base", "b", "f", "o"}).invalid);
  EXPECT_EQ(std::nullopt, understood<CowVerifyArguments>({"cow", "verify", "f"}).disk_size);
  EXPECT_EQ(OutputFormat::Json, understood<CowDiffArguments>({"cow", "diff", "a", "b", "-o", "json"}).output);
  EXPECT_EQ(CowListing::Ranges, understood<CowInspectArguments>({"cow", "inspect", "--ranges", "f"}).listing);
}

TEST(ParseArguments, WhatIsWrongBelowCowIsToldThere) {
  EXPECT_THAT(refused({"cow"}), HasSubstr("see 'cowherd cow --help'"));
  EXPECT_THAT(refused({"cow", "mrge"}), HasSubstr("unknown command 'mrge'; did you mean \"merge\""));
  EXPECT_THAT(refused({"cow", "verify", "--disk-sise", "1Mi", "f"}), HasSubstr("did you mean \"--disk-size\""));
  EXPECT_THAT(refused({"cow", "verify", "f", "g"}), HasSubstr("unexpected argument 'g'\nsee 'cowherd cow verify --help'"));
}

TEST(ParseArguments, CommandsOnSnapshotsTakeANameAndWhereItIs) {
  const auto verify = understood<VerifySnapshotArguments>({"verify", "snapshot", "golden", "-o", "json"});
  EXPECT_EQ("golden", verify.name);
  EXPECT_EQ(OutputFormat::Json, verify.output);
  const Words words{"--state-dir", "/a", "flatten", "Their Name", "-o", "out.raw", "--force", "--state-dir", "/b"};
  const auto flatten = understood<FlattenArguments>(words);
  EXPECT_EQ("Their Name", flatten.name);
  EXPECT_EQ("out.raw", flatten.output);
  EXPECT_EQ(ExistingOutput::Replace, flatten.existing);
  EXPECT_EQ("/b", options_in(words).state_dir);
  EXPECT_EQ(ExistingOutput::Keep, understood<FlattenArguments>({"flatten", "golden", "-o", "out"}).existing);
  for (const char* name : {"", ".", "..", "a/b", ".staging-x"}) {
    EXPECT_THAT(refused({"verify", "snapshot", name}), HasSubstr("no name of a snapshot")) << name;
  }
  EXPECT_THAT(refused({"verify", "snapshto", "x"}), HasSubstr("did you mean \"snapshot\""));
}

// help.txt is what people see; COWHERD_UPDATE_GOLDEN=1 rewrites it, the difference is reviewed.
TEST(ParseArguments, HelpReadsAsReviewed) {
  std::string text;
  for (const CommandShape& shape : command_shapes()) {
    Words words;
    std::istringstream name(shape.name);
    for (std::string word; name >> word;) words.push_back(word);
    words.push_back("--help");
    text += "$ cowherd" + (shape.name.empty() ? "" : " " + shape.name) + " --help\n";
    const auto parsed = parse_arguments(words);
    text += std::get<Answer>(parsed).out + "\n";
  }
  const std::string path = std::string(COWHERD_SOURCE_DIR) + "/tests/unit/commands/help.txt";
  if (std::getenv("COWHERD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ostringstream reviewed;
  reviewed << std::ifstream(path).rdbuf();
  EXPECT_EQ(reviewed.str(), text);
}

}  // namespace
}  // namespace cowherd::testing
