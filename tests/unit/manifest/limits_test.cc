// SPDX-License-Identifier: Apache-2.0
// Limits, and hostile texts of the largest size: a clear error within a second and a few MiB.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <chrono>

#include "resources/manifest/text_check.h"
#include "resources/manifest/yaml_tree.h"
#include "tests/unit/manifest/manifest_text.h"

namespace cowherd::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  text.reserve(size);
  while (text.size() + piece.size() <= size) text += piece;
  return text;
}

TEST(Limits, AFileHasOneMebibyte) {
  std::string text = sandbox("web");
  text += "#" + repeated("\n#", kMaxTextSize);
  text.resize(kMaxTextSize);
  EXPECT_THAT(parse(text).diagnostics, IsEmpty());
  EXPECT_THAT(codes(parse(text + "#")), ElementsAre("E101"));
}

TEST(Limits, ALineHas32Kibibytes) {
  EXPECT_THAT(parse(sandbox("web") + "#" + std::string(kMaxLineSize - 1, 'x')).diagnostics, IsEmpty());
  EXPECT_THAT(codes(parse(sandbox("web") + "#" + std::string(kMaxLineSize, 'x'))), ElementsAre("E105"));
}

TEST(Limits, AFileHasTenThousandDocuments) {
  std::string text;
  for (std::size_t i = 0; i < kMaxDocuments; ++i) {
    text += "{apiVersion: cowherd.dev/v1alpha1,kind: Sandbox,metadata: {name: s" + std::to_string(i) + "},spec: {templateRef: {name: b}}}\n---\n";
  }
  // One hundred bytes each are more than the file may have; so the count is tried with shorter ones.
  EXPECT_THAT(codes(parse(text)), ElementsAre("E101"));
  std::string words = repeated("a\n---\n", 6 * kMaxDocuments);
  EXPECT_THAT(codes(parse(words)), ::testing::Each(::testing::AnyOf("E118", "E199")));
}

TEST(Limits, MoreDocumentsThanThatAreNotRead) {
  const std::string text = repeated("--- ~\n", 6 * (kMaxDocuments + 1));
  EXPECT_THAT(codes(parse(text)), ElementsAre("E119"));
  EXPECT_THAT(parse(repeated("--- ~\n", 6 * kMaxDocuments)).diagnostics, IsEmpty());
}

TEST(Limits, ADocumentHasTwentyThousandValues) {
  EXPECT_THAT(codes(parse("a:\n" + repeated("- b\n", 4 * (kMaxNodes + 1)))), ElementsAre("E120"));
  EXPECT_THAT(codes(parse("a: [" + repeated("b,\n ", 4 * 20'001) + "]")), ElementsAre("E120"));
}

TEST(Limits, TwoHundredFindingsAreReportedAndTheLastSaysSo) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += sandbox("s" + std::to_string(i), "  powerState: On\n") + "---\n";
  const auto parsed = parse(text);
  ASSERT_EQ(parsed.diagnostics.size(), kMaxFindings);
  EXPECT_EQ(parsed.diagnostics.back().code, "E199");
  EXPECT_THAT(parsed.documents, IsEmpty());
}

TEST(Limits, AnErrorBehindTwoHundredWarningsStillCounts) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += sandbox("s" + std::to_string(i)) + "status: {}\n---\n";
  EXPECT_FALSE(has_errors(parse(text).diagnostics));
  EXPECT_EQ(parse(text).documents.size(), 300u);
  const auto parsed = parse(text + sandbox("bad", "  powerState: On\n"));
  EXPECT_TRUE(has_errors(parsed.diagnostics));
  EXPECT_THAT(parsed.documents, IsEmpty());
}

struct Hostile {
  std::string name;
  std::string text;
};

std::vector<Hostile> hostile_texts() {
  std::vector<Hostile> all;
  const std::size_t most = kMaxTextSize;
  for (const std::string_view piece :
       {",", "[", "{", "]", "}", ":", "?", "-", "\"", "'", "#", "%", "&", "*", "!", "|", ">", "@", "`", " ", "\t", "\n", "a", "\\", "\x04"}) {
    all.push_back({"only " + std::string(piece), repeated(piece, most)});
    all.push_back({"lines of " + std::string(piece), repeated(repeated(piece, 30'000) + "\n", most)});
    all.push_back({"documents of " + std::string(piece), repeated("---\n" + std::string(piece) + "\n", most)});
    all.push_back({"value lines of " + std::string(piece), repeated("a: " + std::string(piece) + "\n", most)});
    all.push_back({"flow of " + std::string(piece), "[" + repeated(std::string(piece) + "\n ", most - 1)});
  }
  for (const std::string_view piece :
       {"- ", "? ", ": ", "&a ", "*a ", "! ", "a: ", "- a:\n", "a: b\n", "a,", "a: b, ", "\"\" ", "'',\n", "---\n", "...\n", "--- ~\n", "[[\n", "{a: [\n", "- - - -\n"}) {
    all.push_back({"only " + std::string(piece), repeated(piece, most)});
    all.push_back({"flow of " + std::string(piece), "{" + repeated(piece, most - 1)});
  }
  all.push_back({"huge key", repeated(std::string(30'000, 'k') + "\n ", most - 2) + ": 1"});
  all.push_back({"quoted lines", "a: \"" + repeated("x\n ", most - 5) + "\""});
  all.push_back({"block lines", "a: |\n" + repeated(" x\n", most - 5)});
  std::string staircase;
  for (std::size_t depth = 0; staircase.size() + depth + 3 < most; ++depth) staircase += std::string(depth, ' ') + "a:\n";
  all.push_back({"staircase", staircase});
  std::string keys = "a:\n";
  for (int i = 0; keys.size() + 20 < most; ++i) keys += " k" + std::to_string(i) + ": 1\n";
  all.push_back({"many keys", keys});
  std::string broken;
  for (int i = 0; broken.size() + 100 < most; ++i) broken += sandbox("s" + std::to_string(i), "  powerState: On\n") + "---\n";
  all.push_back({"many findings", broken});
  return all;
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Limits, HostileTextsEndSoonInAFinding) {
  constexpr auto kDeadline = std::chrono::seconds{5};  // a second on a quiet machine; five for busy ones and sanitizers
  const auto texts = hostile_texts();
  for (const Hostile& hostile : texts) {
    SCOPED_TRACE(hostile.name);
    const auto begin = std::chrono::steady_clock::now();
    const auto parsed = parse(hostile.text);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kDeadline);
    EXPECT_TRUE(parsed.documents.empty());
    EXPECT_LE(parsed.diagnostics.size(), kMaxFindings);
    for (const Diagnostic& each : parsed.diagnostics) EXPECT_LT(print_diagnostic(each).size(), 4096u);
  }
}

TEST(Limits, HostileTextsTakeFewMebibytes) {
  const auto texts = hostile_texts();
  for (const Hostile& hostile : texts) {
    const long before = peak_kib();
    const auto parsed = parse(hostile.text);
    EXPECT_LT(peak_kib() - before, 32 << 10) << hostile.name;
  }
}

}  // namespace
}  // namespace cowherd::testing
