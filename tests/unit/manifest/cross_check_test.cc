// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "resources/manifest/cross_check.h"
#include "resources/manifest/reference_cycles.h"
#include "tests/unit/manifest/manifest_text.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Document> documents_of(const std::string& file, const std::string& text) {
  return parse_manifest(text, file).documents;
}

ObjectName name(Kind kind, const std::string& text) { return {kind, ResourceName::make(text).value()}; }
ObjectName box(const std::string& text) { return name(Kind::Sandbox, text); }

TEST(CrossCheck, OneNameInTwoFilesIsAnErrorThatShowsBothPlaces) {
  std::vector<Document> all = documents_of("b.yaml", sandbox("web"));
  const auto more = documents_of("a.yaml", "\n" + sandbox("web"));
  all.insert(all.end(), more.begin(), more.end());
  const auto found = cross_check(all);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "E301");
  EXPECT_EQ(to_string(found[0].spot), "b.yaml:3:18");
  ASSERT_EQ(found[0].others.size(), 1u);
  EXPECT_EQ(to_string(found[0].others[0].spot), "a.yaml:4:18");
  EXPECT_EQ(found[0].others[0].source_line, "metadata: {name: web}");
}

TEST(CrossCheck, OrderOfInputDoesNotMatter) {
  std::vector<Document> all;
  for (const char* file : {"a.yaml", "b.yaml", "c.yaml"}) {
    const auto more = documents_of(file, sandbox("web") + "---\n" + sandbox("worker"));
    all.insert(all.end(), more.begin(), more.end());
  }
  const auto found = cross_check(all);
  EXPECT_EQ(found.size(), 4u);
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(cross_check(all), found);
}

TEST(CrossCheck, EqualNamesOfDifferentKindsAreFine) {
  const auto all = documents_of("a.yaml", sandbox("web") +
                                              "---\napiVersion: cowherd.dev/v1alpha1\nkind: Snapshot\nmetadata: {name: web}\n"
                                              "spec: {sandboxRef: {name: web}}\n");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(cross_check(all), IsEmpty());
}

TEST(CrossCheck, AbsentObjectsMayBeReferredTo) { EXPECT_THAT(cross_check(documents_of("a.yaml", sandbox("web"))), IsEmpty()); }

TEST(CrossCheck, ACircleNamesEveryMemberWithItsPlace) {
  const auto all = documents_of("a.yaml", sandbox("x") + "---\n" + sandbox("y") + "---\n" + sandbox("z"));
  // x -> y -> x, z -> x: as if templateRef named a sandbox.
  int next = 0;
  const std::vector<ObjectName> targets{box("y"), box("x"), box("x")};
  const auto found = cross_check(all, [&](const Spec&) {
    return std::vector<Reference>{{"spec.templateRef.name", targets.at(static_cast<std::size_t>(next++))}};
  });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "E302");
  EXPECT_EQ(found[0].message, "objects refer to each other in a circle: Sandbox/x -> Sandbox/y -> Sandbox/x");
  EXPECT_EQ(found[0].spot.line, 3);
  ASSERT_EQ(found[0].others.size(), 1u);
  EXPECT_EQ(found[0].others[0].spot.line, 9);
}

std::string of_kind(const std::string& kind, const std::string& name, const std::string& spec) {
  return "apiVersion: cowherd.dev/v1alpha1\nkind: " + kind + "\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n---\n";
}

TEST(CrossCheck, ATemplateOfASnapshotOfItsOwnSandboxIsACircle) {
  const auto all = documents_of(
      "a.yaml", of_kind("Template", "base", "source: {snapshotRef: {name: golden}}, boot: {kernel: {path: /srv/vmlinuz}}") +
                    of_kind("Snapshot", "golden", "sandboxRef: {name: web}") +
                    of_kind("Sandbox", "web", "templateRef: {name: base}"));
  const auto found = cross_check(all);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message,
            "objects refer to each other in a circle: Template/base -> Snapshot/golden -> Sandbox/web -> Template/base");
}

TEST(CrossCheck, ASandboxRestoredFromItsOwnSnapshotIsACircle) {
  const auto all = documents_of("a.yaml", of_kind("Snapshot", "before", "sandboxRef: {name: web}") +
                                              of_kind("Sandbox", "web", "restoreFrom: {snapshotRef: {name: before}}"));
  const auto found = cross_check(all);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "E302");
  EXPECT_EQ(found[0].message,
            "objects refer to each other in a circle: Sandbox/web -> Snapshot/before -> Sandbox/web");
}

TEST(CrossCheck, ACloneOfASnapshotIsNoCircle) {
  const auto all = documents_of("a.yaml", of_kind("Snapshot", "before", "sandboxRef: {name: web}") +
                                              of_kind("Sandbox", "web", "templateRef: {name: base}") +
                                              of_kind("Sandbox", "clone", "restoreFrom: {snapshotRef: {name: before}}"));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(cross_check(all), IsEmpty());
}

TEST(ReferenceCycles, FindsCirclesOfEveryLength) {
  EXPECT_THAT(reference_cycles({{box("a"), {box("a")}}}), ElementsAre(ElementsAre(box("a"))));
  const ReferenceGraph graph{{box("a"), {box("b")}}, {box("b"), {box("c")}}, {box("c"), {box("a")}}};
  EXPECT_THAT(reference_cycles(graph), ElementsAre(ElementsAre(box("a"), box("b"), box("c"))));
}

TEST(ReferenceCycles, FindsEachOfSeveralOnce) {
  const ReferenceGraph graph{{box("a"), {box("b")}}, {box("b"), {box("a"), box("c")}}, {box("c"), {box("d")}},
                             {box("d"), {box("c")}}, {box("e"), {box("a")}},           {box("f"), {box("f")}}};
  EXPECT_THAT(reference_cycles(graph),
              ElementsAre(ElementsAre(box("a"), box("b")), ElementsAre(box("c"), box("d")), ElementsAre(box("f"))));
}

TEST(ReferenceCycles, AreNotSeenInChainsDiamondsAndDanglingReferences) {
  const ReferenceGraph graph{{box("a"), {box("b"), box("c")}}, {box("b"), {box("d")}}, {box("c"), {box("d")}}, {box("d"), {box("gone")}}};
  EXPECT_THAT(reference_cycles(graph), IsEmpty());
}

TEST(ReferenceCycles, AChainOfTenThousandThatCloses) {
  ReferenceGraph graph;
  const auto at = [](int i) { return box("n" + std::to_string(i)); };
  for (int i = 0; i < 10'000; ++i) graph[at(i)] = {at((i + 1) % 10'000)};
  const auto found = reference_cycles(graph);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].size(), 10'000u);
}

TEST(ReferenceCycles, ManyThatLeadIntoACircle) {
  ReferenceGraph graph{{box("a"), {box("b")}}, {box("b"), {box("a")}}};
  for (int i = 0; i < 20'000; ++i) graph[box("n" + std::to_string(i))] = {box("a")};
  EXPECT_EQ(reference_cycles(graph).size(), 1u);
}

}  // namespace
}  // namespace cowherd::testing
