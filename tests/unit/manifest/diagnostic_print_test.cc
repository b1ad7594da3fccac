// SPDX-License-Identifier: Apache-2.0
// Printing of diagnostics that no fixture can show, the JSON form, and the codes.
#include <gmock/gmock.h>

#include <set>

#include "resources/kinds/document_type.h"
#include "resources/manifest/codes.h"
#include "resources/manifest/diagnostic.h"
#include "resources/manifest/excerpt.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Diagnostic example() {
  Diagnostic made;
  made.code = "E214";
  made.spot = {"a.yaml", 12, 13, 3};
  made.path = "spec.resources.memory";
  made.message = "'512' is not a quantity";
  made.hint = "did you mean \"512Mi\"?";
  made.source_line = "    memory: 512";
  return made;
}

TEST(Diagnostic, IsPrintedWithACaretUnderTheExactScalar) {
  EXPECT_EQ(print_diagnostic(example()),
            "error[E214]: '512' is not a quantity\n"
            "  --> a.yaml:12:13\n"
            "   |\n"
            "12 |     memory: 512\n"
            "   |             ^^^\n"
            "   = field: spec.resources.memory\n"
            "   = help: did you mean \"512Mi\"?\n");
}

TEST(Diagnostic, ShowsOtherPlacesAlsoOfOtherFiles) {
  Diagnostic made = example();
  made.others.push_back({{"b.yaml", 3, 1, 2}, "first here", "ab: c"});
  EXPECT_THAT(print_diagnostic(made), HasSubstr("  ::: b.yaml:3:1\n"
                                                "   |\n"
                                                " 3 | ab: c\n"
                                                "   | -- first here\n"));
}

TEST(Diagnostic, ControlCharactersDoNotReachTheTerminal) {
  Diagnostic made = example();
  made.message = "\x1b[31m red \xe2\x80\xae\n next";
  made.source_line = "\x1b]0;title\x07 \xff";
  made.spot.file = "a\x1b.yaml";
  const std::string text = print_diagnostic(made);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(text, Not(HasSubstr("\xff")));
  EXPECT_THAT(text, Not(HasSubstr("\n next")));
}

TEST(Diagnostic, WithoutALineOnlyThePlaceIsPrinted) {
  Diagnostic made = example();
  made.source_line.clear();
  made.path.clear();
  made.hint.clear();
  EXPECT_EQ(print_diagnostic(made), "error[E214]: '512' is not a quantity\n  --> a.yaml:12:13\n");
}

TEST(Diagnostic, HasAJsonForm) {
  Diagnostic made = example();
  made.others.push_back({{"b.yaml", 3, 1, 2}, "first here", "ab: c"});
  const Value value = to_value(made);
  EXPECT_EQ(*value.find("severity"), Value("error"));
  EXPECT_EQ(*value.find_path("spot.line"), Value(12));
  EXPECT_EQ(*value.find("others")->as_list()->at(0).find_path("spot.file"), Value("b.yaml"));
}

TEST(Excerpt, CountsColumnsOfTabsWideAndCombiningLetters) {
  const Excerpt tab = cut_excerpt("\ta: b", 5, 1);
  EXPECT_EQ(tab.text, "    a: b");
  EXPECT_EQ(tab.indent, 7u);
  const Excerpt wide = cut_excerpt("日本: x", 9, 1);
  EXPECT_EQ(wide.indent, 6u);
  EXPECT_EQ(cut_excerpt("e\xcc\x81: x", 6, 1).indent, 3u);
}

TEST(Excerpt, CutsLongLinesAroundTheMark) {
  const std::string line = std::string(1000, 'a') + "MARK" + std::string(1000, 'b');
  const Excerpt cut = cut_excerpt(line, 1001, 4);
  EXPECT_LE(cut.text.size(), 130u);
  EXPECT_THAT(cut.text, HasSubstr("aMARKb"));
  EXPECT_TRUE(cut.text.starts_with("…"));
  EXPECT_TRUE(cut.text.ends_with("…"));
  EXPECT_EQ(cut.width, 4u);
  EXPECT_EQ(cut.indent, 41u);
  EXPECT_EQ(cut_excerpt(line, 1, 2004).width, 120u);
}

TEST(Excerpt, PlacesOutsideTheLineAreNoProblem) {
  EXPECT_EQ(cut_excerpt("ab", 100, 100).indent, 2u);
  EXPECT_EQ(cut_excerpt("", 0, 0).width, 1u);
  EXPECT_EQ(cut_excerpt("ab", -5, -5).indent, 0u);
}

TEST(DiagnosticCodes, AreUniqueAndExplained) {
  std::set<std::string_view> seen;
  for (const DiagnosticCode& each : diagnostic_codes()) {
    EXPECT_TRUE(seen.insert(each.code).second) << each.code;
    EXPECT_TRUE(each.text.ends_with('.')) << each.code;
    EXPECT_FALSE(each.title.empty());
  }
}

TEST(DiagnosticCodes, AreFoundInAnyLetterCaseOrSuggested) {
  EXPECT_THAT(explain_code("e214").value(), HasSubstr("E214: not a quantity"));
  EXPECT_EQ(explain_code("E999").error().kind, ErrorKind::Invalid);
  EXPECT_FALSE(explain_code("").has_value());
  EXPECT_FALSE(explain_code(std::string(10'000, 'x')).has_value());
}

TEST(DiagnosticCodes, EveryProblemOfAFieldHasOne) {
  std::set<std::string_view> known;
  for (const DiagnosticCode& each : diagnostic_codes()) known.insert(each.code);
  for (int type = 0; type <= static_cast<int>(FieldType::SelectorList); ++type) {
    for (int what = 0; what <= static_cast<int>(FieldProblem::What::Key); ++what) {
      EXPECT_TRUE(known.contains(code_of(static_cast<FieldType>(type), static_cast<FieldProblem::What>(what))));
    }
  }
}

}  // namespace
}  // namespace cowherd::testing
