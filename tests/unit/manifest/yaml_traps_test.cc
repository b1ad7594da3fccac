// SPDX-License-Identifier: Apache-2.0
// What yaml-cpp 0.7 gets wrong, one test for each trap: hangs, silent loss, guessed types, misleading places.
#include <gmock/gmock.h>

#include "tests/unit/manifest/manifest_text.h"

namespace cowherd::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const SandboxSpec& spec_of(const ParsedFile& parsed, std::size_t i) {
  return std::get<SandboxSpec>(parsed.documents.at(i).object.spec.what);
}

TEST(YamlTraps, ACommaAtDocumentLevelDoesNotHang) {
  EXPECT_THAT(codes(parse(",")), ElementsAre("E108"));
  EXPECT_THAT(codes(parse("---\n,")), ElementsAre("E108"));
  EXPECT_THAT(codes(parse(sandbox("web") + "---\n, b\n")), ElementsAre("E108"));
  EXPECT_THAT(codes(parse("a: 1\n,\n")), ::testing::Not(IsEmpty()));
  EXPECT_THAT(codes(parse(",\n---\n,\n---\n,\n")), ElementsAre("E108", "E108", "E108"));
}

TEST(YamlTraps, EveryShortTextEnds) {
  const std::string letters = ",:-?[]{}#&*!|>'\"%@` a\n";
  std::string text(4, ' ');
  for (const char a : letters) {
    for (const char b : letters) {
      for (const char c : letters) {
        for (const char d : letters) {
          text[0] = a;
          text[1] = b;
          text[2] = c;
          text[3] = d;
          ASSERT_TRUE(parse(text).documents.empty());
        }
      }
    }
  }
}

TEST(YamlTraps, AnUnterminatedQuoteSwallowsNothing) {
  const auto parsed = parse(sandbox("web", "  powerState: \"Running\n  deletionPolicy: Retain\n"));
  ASSERT_THAT(codes(parsed), ElementsAre("E107"));
  EXPECT_EQ(to_string(parsed.diagnostics[0].spot), "test.yaml:6:15");
  EXPECT_THAT(codes(parse(sandbox("web", "  powerState: 'Running\n"))), ElementsAre("E107"));
  EXPECT_THAT(codes(parse(sandbox("web", "  powerState: 'Running"))), ElementsAre("E107"));
  EXPECT_THAT(codes(parse(sandbox("web", "  powerState: 'it''s\n"))), ElementsAre("E107"));
  EXPECT_THAT(codes(parse(sandbox("web", "  powerState: \"a\\\"\n"))), ElementsAre("E107"));
  EXPECT_THAT(codes(parse("\"")), ElementsAre("E107"));
}

TEST(YamlTraps, AnUnterminatedQuoteEndsWithItsDocument) {
  const auto parsed = parse(sandbox("a", "  powerState: \"Running\n") + "---\n" + sandbox("b", "  powerState: \"On\"\n"));
  EXPECT_THAT(codes(parsed), ElementsAre("E107", "E213"));
}

TEST(YamlTraps, TerminatedQuotesAreFine) {
  const auto parsed = parse(sandbox("web", "  powerState: \"Stopped\"\n  deletionPolicy: 'Retain'\n"));
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_EQ(spec_of(parsed, 0).power_state, PowerState::Stopped);
}

TEST(YamlTraps, DuplicateKeysAreErrorsThatShowBothPlaces) {
  const auto parsed = parse(sandbox("web", "  powerState: Running\n  powerState: Stopped\n"));
  ASSERT_THAT(codes(parsed), ElementsAre("E115"));
  EXPECT_EQ(parsed.diagnostics[0].spot.line, 7);
  ASSERT_EQ(parsed.diagnostics[0].others.size(), 1u);
  EXPECT_EQ(parsed.diagnostics[0].others[0].spot.line, 6);
}

TEST(YamlTraps, IntegersAreNotGuessed) {
  for (const char* text : {"010", "0x10", "0o10", "\"2\"", "'2'", "1_000", "1e3", "2.0", "+1", "yes", "true", "y", "on", "|\n      2"}) {
    EXPECT_THAT(codes(parse(sandbox("web", "  resources:\n    vcpus: " + std::string(text) + "\n"))), ElementsAre("E208")) << text;
  }
  EXPECT_EQ(spec_of(parse(sandbox("web", "  resources: {vcpus: 12}\n")), 0).vcpus, 12);
}

TEST(YamlTraps, TheHintIsTheLiteralFix) {
  const auto hint = [](const std::string& text) {
    return parse(sandbox("web", "  resources: {vcpus: " + text + "}\n")).diagnostics.at(0).hint;
  };
  EXPECT_EQ(hint("\"2\""), "write 2 without quotes");
  EXPECT_EQ(hint("010"), "did you mean 10, or 8 for octal?");
  EXPECT_EQ(hint("0x1f"), "did you mean 31?");
  EXPECT_EQ(hint("1_000"), "did you mean 1000?");
}

TEST(YamlTraps, TextThatLooksLikeAnotherTypeNeedsQuotes) {
  const auto with_label = [](const std::string& text) {
    return parse("apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: web, labels: {a: " + text +
                 "}}\nspec: {templateRef: {name: base}}\n");
  };
  for (const char* text : {"1", "010", "0x1f", "1.5", "1e3", "true", "False", ".inf", ".nan", "99999999999999999999"}) {
    EXPECT_THAT(codes(with_label(text)), ElementsAre("E208")) << text;
    EXPECT_THAT(codes(with_label('"' + std::string(text) + '"')), ::testing::AnyOf(IsEmpty(), ElementsAre("E220"))) << text;
  }
  for (const char* text : {"yes", "on", "off", "v1", "1.2.3", "n"}) EXPECT_THAT(codes(with_label(text)), IsEmpty()) << text;
}

TEST(YamlTraps, AliasesAnchorsMergeKeysAndTagsAreRefusedAtTheirPlace) {
  EXPECT_THAT(codes(parse("a: &x 1\n")), ElementsAre("E111"));
  EXPECT_THAT(codes(parse("a: *x\n")), ElementsAre("E111"));
  EXPECT_THAT(codes(parse("&x a: 1\n")), ElementsAre("E111"));
  EXPECT_THAT(codes(parse("&x {a: 1}\n")), ElementsAre("E111"));
  EXPECT_THAT(codes(parse("a: !!str 1\n")), ElementsAre("E113"));
  EXPECT_THAT(codes(parse("a: ! 1\n")), ElementsAre("E113"));
  EXPECT_THAT(codes(parse("a: !<x> 1\n")), ElementsAre("E113"));
  EXPECT_THAT(codes(parse("!t {a: 1}\n")), ElementsAre("E113"));
  EXPECT_THAT(codes(parse("a: !!null\n")), ::testing::Not(IsEmpty()));
  EXPECT_THAT(codes(parse(sandbox("web", "  <<: {powerState: Running}\n"))), ElementsAre("E112"));
  const auto alias = parse("a: [x, &y z]\nb: 1\n");
  EXPECT_EQ(to_string(alias.diagnostics.at(0).spot), "test.yaml:1:8");
}

TEST(YamlTraps, AQuotedMergeKeyIsJustUnknown) {
  EXPECT_THAT(codes(parse(sandbox("web", "  \"<<\": {powerState: Running}\n"))), ElementsAre("E205"));
}

TEST(YamlTraps, InvalidUtf8NulAndOtherControlsAreRefused) {
  EXPECT_THAT(codes(parse("a: \xff\n")), ElementsAre("E102"));
  EXPECT_THAT(codes(parse("a: \xc0\x80\n")), ElementsAre("E102"));
  EXPECT_THAT(codes(parse("a: \xed\xa0\x80\n")), ElementsAre("E102"));
  EXPECT_THAT(codes(parse("a: \xf4\x90\x80\x80\n")), ElementsAre("E102"));
  EXPECT_THAT(codes(parse("a: \xe2\x82")), ElementsAre("E102"));
  EXPECT_THAT(codes(parse(std::string("a: x\0y\n", 7))), ElementsAre("E103"));
  EXPECT_THAT(codes(parse("a: \x7f\n")), ElementsAre("E103"));
  EXPECT_THAT(codes(parse("a: \xc2\x85\n")), ElementsAre("E103"));
  EXPECT_THAT(codes(parse("a: \xe2\x80\xae\n")), ElementsAre("E103"));
  EXPECT_THAT(codes(parse("\xff\xfe" "a\0")), ElementsAre("E102"));
}

TEST(YamlTraps, Byte04IsNotTheEndOfTheText) {
  EXPECT_THAT(codes(parse(sandbox("web") + "\x04\n---\n" + sandbox("worker"))), ElementsAre("E103"));
}

TEST(YamlTraps, ALineWithAPercentSignIsNotSkipped) {
  EXPECT_THAT(codes(parse(sandbox("web") + "%deletionPolicy: Retain\n")), ElementsAre("E106"));
  EXPECT_THAT(codes(parse("%YAML 1.2\n---\n" + sandbox("web"))), ElementsAre("E106"));
}

TEST(YamlTraps, AByteOrderMarkIsFineAtTheBeginningOnlyAndCountsNoColumn) {
  const auto parsed = parse("\xef\xbb\xbf" + sandbox("web", "  powerState: On\n"));
  ASSERT_THAT(codes(parsed), ElementsAre("E213"));
  EXPECT_EQ(to_string(parsed.diagnostics[0].spot), "test.yaml:6:15");
  EXPECT_THAT(codes(parse("a: \xef\xbb\xbf\n")), ElementsAre("E103"));
}

TEST(YamlTraps, NestingOf64IsTheLimit) {
  const auto nested = [](int depth) {
    return parse(sandbox("web", "  resources: " + std::string(static_cast<std::size_t>(depth), '[') +
                                    std::string(static_cast<std::size_t>(depth), ']') + "\n"));
  };
  EXPECT_THAT(codes(nested(62)), ElementsAre("E207"));
  EXPECT_THAT(codes(nested(63)), ElementsAre("E110"));
  EXPECT_THAT(codes(nested(5'000)), ElementsAre("E110"));
}

TEST(YamlTraps, ANullIsAnErrorAtItsKeyForEveryField) {
  for (const char* null : {"", "~", "null", "Null", "NULL"}) {
    const auto parsed = parse(sandbox("web", "  resources:\n    memory: " + std::string(null) + "\n\n\n  powerState: Running\n"));
    ASSERT_THAT(codes(parsed), ElementsAre("E116")) << null;
    EXPECT_EQ(to_string(parsed.diagnostics[0].spot), "test.yaml:7:5");
  }
  EXPECT_THAT(codes(parse("apiVersion:\nkind:\nmetadata:\nspec:\n")), Contains("E116"));
  EXPECT_THAT(codes(parse("apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata:\nspec:\n")), ElementsAre("E116", "E116"));
}

TEST(YamlTraps, NothingAfterABrokenDocumentCountsButItIsStillChecked) {
  const auto parsed = parse(sandbox("a", "  powerState: a: b\n") + "---\n" + sandbox("b") + "---\n" + sandbox("c", "  powerState: On\n"));
  EXPECT_THAT(codes(parsed), ElementsAre("E104", "E213"));
  EXPECT_THAT(parsed.documents, IsEmpty());
}

TEST(YamlTraps, NullDocumentsBetweenCommentsAreSkipped) {
  const auto parsed = parse("# a\n--- # b\n# c\n---\n" + sandbox("web") + "---\n# d\n--- ~\n---\n--- null\n...\n# e\n");
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_EQ(parsed.documents.size(), 1u);
  EXPECT_THAT(parse("").diagnostics, IsEmpty());
  EXPECT_THAT(parse("# only a comment").diagnostics, IsEmpty());
  EXPECT_THAT(parse("---\n---\n").diagnostics, IsEmpty());
}

TEST(YamlTraps, ABareWordAtTheEndIsNoField) {
  EXPECT_THAT(codes(parse(sandbox("web", "  powerSt"))), ElementsAre("E116"));
  EXPECT_THAT(codes(parse("kin")), ElementsAre("E118"));
  EXPECT_THAT(codes(parse("apiVersion: cowherd.dev/v1alpha1\nkin\n")), Contains("E205"));
}

TEST(YamlTraps, TwoDocumentsNeedASeparator) {
  EXPECT_THAT(codes(parse("- a\nb\n")), ElementsAre("E109"));
  EXPECT_THAT(codes(parse("{a: 1}\n{b: 2}\n")), ElementsAre("E109"));
  EXPECT_THAT(codes(parse("\"a\"\nb: 1\n")), ::testing::Not(IsEmpty()));
  const auto ended = parse(sandbox("a") + "...\n" + sandbox("b"));
  EXPECT_THAT(ended.diagnostics, IsEmpty());
  EXPECT_EQ(ended.documents.size(), 2u);
  EXPECT_THAT(codes(parse(sandbox("a") + "... " + sandbox("b"))), ::testing::Not(IsEmpty()));
}

TEST(YamlTraps, DocumentsThatAreNoMappingsAreErrors) {
  EXPECT_THAT(codes(parse("- a\n")), ElementsAre("E118"));
  EXPECT_THAT(codes(parse("text\n")), ElementsAre("E118"));
  EXPECT_THAT(codes(parse("\"\"\n")), ElementsAre("E118"));
  EXPECT_THAT(codes(parse("5\n")), ElementsAre("E118"));
}

TEST(YamlTraps, ContinuationsInColumnZeroAreRefused) {
  EXPECT_THAT(codes(parse("a: \"x\ny\"\n")), ElementsAre("E117"));
  EXPECT_THAT(codes(parse("a: 'x\ny'\n")), ElementsAre("E117"));
  EXPECT_THAT(codes(parse("a: {b: x,\nc: d}\n")), ElementsAre("E117"));
  EXPECT_THAT(codes(parse("a: [b,\nc]\n")), ElementsAre("E117"));
  EXPECT_THAT(codes(parse("a: [b\nc]\n")), ElementsAre("E117"));
}

TEST(YamlTraps, CrlfIsFineAndPlacesAreRight) {
  std::string text = sandbox("web", "  resources:\n    memory: 512\n");
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto parsed = parse(crlf);
  ASSERT_THAT(codes(parsed), ElementsAre("E214"));
  EXPECT_EQ(to_string(parsed.diagnostics[0].spot), "test.yaml:7:13");
  EXPECT_EQ(parsed.diagnostics[0].source_line, "    memory: 512");
}

TEST(YamlTraps, ColumnsAreBytesAndStayRightAfterOtherLetters) {
  const auto parsed = parse("apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {annotations: {a: \"é\"}, name: Ä}\nspec: {templateRef: {name: b}}\n");
  ASSERT_THAT(codes(parsed), ElementsAre("E210"));
  EXPECT_EQ(parsed.diagnostics[0].spot.column, 42);
  EXPECT_EQ(parsed.diagnostics[0].spot.length, 2);
}

TEST(YamlTraps, OddKeysAreErrors) {
  EXPECT_THAT(codes(parse(sandbox("web", "  1: a\n"))), ElementsAre("E114"));
  EXPECT_THAT(codes(parse(sandbox("web", "  [a]: a\n"))), ElementsAre("E114"));
  EXPECT_THAT(codes(parse(sandbox("web", "  ? {a: b}\n  : a\n"))), ElementsAre("E114"));
  EXPECT_THAT(codes(parse(sandbox("web", "  ~: a\n"))), ElementsAre("E114"));
  EXPECT_THAT(codes(parse(sandbox("web", "  : a\n"))), ElementsAre("E114"));
}

TEST(YamlTraps, EveryPrefixOfAManifestIsAnErrorOrHoldsWholeDocuments) {
  const std::string text = sandbox("a", "  resources: {vcpus: 2, memory: 512Mi}\n") + "---\n" + sandbox("b", "  powerState: \"Stopped\"\n");
  const auto whole = parse(text);
  ASSERT_EQ(whole.documents.size(), 2u);
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto parsed = parse(text.substr(0, length));
    EXPECT_EQ(has_errors(parsed.diagnostics) && !parsed.documents.empty(), false);
    EXPECT_LE(parsed.documents.size(), 2u);
  }
}

}  // namespace
}  // namespace cowherd::testing
