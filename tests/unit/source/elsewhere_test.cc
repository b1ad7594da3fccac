// SPDX-License-Identifier: Apache-2.0
// What is placed on some hosts only, as one of them sees it.
#include <gtest/gtest.h>

#include "reconciler/source/declared_set.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

using Files = std::map<std::string, std::string>;

constexpr Span kPruneDelay{10'000};

std::string placed(const std::string& name, const std::string& zone) {
  return sandbox(name) + "  placement: {nodeSelector: {zone: " + zone + "}}\n";
}

class Elsewhere : public ::testing::Test {
 protected:
  Declaration see(const Files& files) {
    SourceLook look;
    look.listed = true;
    for (const auto& [path, text] : files) look.files.emplace(path, NewText{text});
    clock_.advance(kPruneDelay);
    return set_.merge({std::move(look)}, clock_.now());
  }
  static bool declares(const Declaration& declaration, const std::string& name) {
    return declaration.objects.contains(sandbox_name(name));
  }

  ManualClock clock_{};
  Faults faults_{};
  FakeFileSystem files_{faults_};
  DirectoryLastGood last_good_{files_, "/state/declared"};
  DeclaredSet set_{{SourceRecords({"/etc/manifests", kPruneDelay}, last_good_)}, kPruneDelay, {{"zone", "a"}, {"disk", "fast"}}};
};

TEST_F(Elsewhere, WhatIsPlacedOnOtherHostsIsNotDeclaredHere) {
  const Files files{{"a.yaml", placed("here", "a")}, {"b.yaml", placed("there", "b")}, {"c.yaml", sandbox("everywhere")}};
  const Declaration seen = see(files);
  EXPECT_TRUE(declares(seen, "here"));
  EXPECT_TRUE(declares(seen, "everywhere"));
  EXPECT_FALSE(declares(seen, "there"));
  ASSERT_TRUE(seen.elsewhere.contains(sandbox_name("there")));
  EXPECT_EQ(to_string(seen.elsewhere.at(sandbox_name("there")).spot), "b.yaml:3:18");
  EXPECT_FALSE(seen.holds(sandbox_name("there")));
}

TEST_F(Elsewhere, WhatIsMovedToAnotherHostIsAbsentAsIfItsDocumentWereGone) {
  see({{"a.yaml", placed("web", "a")}});
  const Declaration first = see({{"a.yaml", placed("web", "b")}});
  EXPECT_FALSE(confirmed_absent(first, sandbox_name("web"), clock_.now(), kPruneDelay));
  const Declaration second = see({{"a.yaml", placed("web", "b")}});
  EXPECT_TRUE(confirmed_absent(second, sandbox_name("web"), clock_.now(), kPruneDelay));
}

TEST_F(Elsewhere, AHostForWhichNothingIsPlacedIsNotEmptied) {
  see({{"a.yaml", sandbox("web")}});
  const Declaration seen = see({{"a.yaml", placed("web", "b")}});
  EXPECT_TRUE(seen.objects.empty());
  EXPECT_FALSE(seen.empty_hold);
}

}  // namespace
}  // namespace cowherd::testing
