// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "resources/kinds/document_type.h"
#include "resources/kinds/explain.h"

namespace cowherd::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Explain, AFieldHasTypeDefaultRangeClassAndExample) {
  const auto text = explain("Sandbox.spec.resources.memory");
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(*text, AllOf(HasSubstr("<quantity>"), HasSubstr("default:  512Mi"), HasSubstr("at least 32Mi"),
                           HasSubstr("Restart"), HasSubstr("example:  512Mi")));
}

TEST(Explain, AChoiceIsToldWithItsOptions) {
  EXPECT_THAT(explain("sandbox").value(), HasSubstr("Exactly one of templateRef, restoreFrom is written."));
  EXPECT_THAT(explain("sandbox").value(), HasSubstr("spec.templateRef.name <name> (required with templateRef)"));
  EXPECT_THAT(explain("sandbox.restoreFrom").value(), HasSubstr("snapshotRef.name <name> (required)"));
  EXPECT_THAT(explain("sandbox.restoreFrom.snapshotRef.name").value(), HasSubstr("required: with spec.restoreFrom"));
  EXPECT_THAT(explain("template.source").value(), HasSubstr("Exactly one of source.image, source.snapshotRef is written."));
}

TEST(Explain, TheKindIsWrittenInAnyCaseAndSpecMayBeLeftOut) {
  EXPECT_EQ(explain("SANDBOX.resources.memory").value(), explain("sandbox.spec.resources.memory").value());
}

TEST(Explain, KnowsEveryFieldOfEveryKind) {
  for (const Kind kind : kAllKinds) {
    const DocumentType& type = document_type(kind);
    EXPECT_TRUE(explain(type.kind).has_value());
    for (const Field& field : type.fields) EXPECT_TRUE(explain(type.kind + ".spec." + field.path).has_value()) << field.path;
    for (const Section& section : type.sections) EXPECT_TRUE(explain(type.kind + "." + section.path).has_value()) << section.path;
    for (const Field& field : type.metadata) EXPECT_TRUE(explain(type.kind + ".metadata." + field.path).has_value());
  }
  EXPECT_THAT(explain("config.limits.workers").value(), HasSubstr("default:  4"));
  EXPECT_THAT(explain("source.git.interval").value(), AllOf(HasSubstr("range:    10s to 1d"), Not(HasSubstr("an edit"))));
  EXPECT_THAT(explain("source.git").value(), HasSubstr("Exactly one of git.branch, git.tag, git.commit is written."));
  EXPECT_THAT(explain("source.git").value(), HasSubstr("At most one of git.auth.passwordFile, git.auth.passwordCredential is written."));
}

TEST(Explain, AnUnknownPathSuggestsTheNearest) {
  EXPECT_EQ(explain("sandbox.spec.resources.memroy").error().hint, "did you mean \"Sandbox.spec.resources.memory\"?");
  EXPECT_EQ(explain("sandbox.memory").error().hint, "did you mean \"Sandbox.spec.resources.memory\"?");
  EXPECT_EQ(explain("sandbx").error().hint, "did you mean \"Sandbox\"?");
  EXPECT_EQ(explain("sandbox.spec.nothinglikeit").error().hint, "try: cowherd explain sandbox");
  for (const char* text : {"", ".", "sandbox.", "sandbox..", "sandbox.spec.", "sandbox.metadata.", "config.metadata"}) {
    EXPECT_FALSE(explain(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace cowherd::testing
