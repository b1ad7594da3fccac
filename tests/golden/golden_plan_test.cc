// SPDX-License-Identifier: Apache-2.0
// Each folder of cases/ is one world: applied/*.yaml (what was carried out before), manifests/*.yaml (what is declared
// now), observed.yaml (what stands), plan.txt (what is to be done, with edges and reasons).
// COWHERD_UPDATE_GOLDEN=1 rewrites plan.txt; the difference is reviewed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reconciler/plan/print.h"
#include "resources/manifest/parse_value.h"
#include "tests/builders/observed_text.h"
#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

namespace fs = std::filesystem;

fs::path cases_dir() { return fs::path(COWHERD_SOURCE_DIR) / "tests/golden/cases"; }

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Document> read_documents(const fs::path& directory) {
  std::vector<fs::path> paths;
  if (fs::exists(directory)) {
    for (const auto& entry : fs::directory_iterator(directory)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Document> documents;
  for (const fs::path& path : paths) {
    const ParsedFile parsed = parse_manifest(read_file(path), path.filename().string());
    for (const Diagnostic& diagnostic : parsed.diagnostics) ADD_FAILURE() << print_diagnostic(diagnostic);
    documents.insert(documents.end(), parsed.documents.begin(), parsed.documents.end());
  }
  return documents;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(cases_dir())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string plan_of(const fs::path& folder) {
  const auto observed = parse_value(read_file(folder / "observed.yaml"), "observed.yaml");
  if (!observed) {
    ADD_FAILURE() << to_string(observed.error());
    return "";
  }
  const GoldenWorld world =
      read_world(read_documents(folder / "manifests"), read_documents(folder / "applied"), *observed);
  int minted = 0;
  const Wanted wanted = expand({world.declared, world.seen.store, world.seen.host_files, world.seen.approvals,
                                world.seen.new_disks, Fact(world.memory.captures), world.seen.suspensions, world.now, std::chrono::seconds{10}},
                               [&] { return a_uid("minted " + std::to_string(minted++)); });
  const LineageWalk walk = walk_lineage({world.seen.store, &world.seen, &wanted});
  const std::set<std::string> nothing_in_flight;
  return print_plan(
      make_plan({world.declared, wanted, world.seen, world.memory, walk, nothing_in_flight, Limits{}, world.now}));
}

class GoldenPlan : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenPlan, IsAsReviewed) {
  const fs::path folder = cases_dir() / GetParam();
  const std::string plan = plan_of(folder);
  if (std::getenv("COWHERD_UPDATE_GOLDEN") != nullptr) std::ofstream(folder / "plan.txt") << plan;
  EXPECT_EQ(plan, read_file(folder / "plan.txt"));
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenPlan, ::testing::ValuesIn(case_names()), [](const auto& one) {
  std::string name;
  for (const char c : one.param) name += c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace cowherd::testing
