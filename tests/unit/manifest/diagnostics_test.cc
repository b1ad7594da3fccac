// SPDX-License-Identifier: Apache-2.0
// Whole printed diagnostics against tests/diagnostics; COWHERD_UPDATE_GOLDEN=1 rewrites the expected texts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "resources/manifest/codes.h"
#include "resources/manifest/parse.h"
#include "resources/manifest/parse_config.h"

namespace cowherd::testing {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream input(path, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::path(COWHERD_SOURCE_DIR) / "tests/diagnostics")) {
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Diagnostic> diagnose(const fs::path& path) {
  const std::string name = path.filename();
  if (name.starts_with("config-")) return parse_config(read(path), name).diagnostics;
  return parse_manifest(read(path), name).diagnostics;
}

std::string printed(const fs::path& path) {
  std::string text;
  for (const Diagnostic& found : diagnose(path)) text += (text.empty() ? "" : "\n") + print_diagnostic(found);
  return text;
}

TEST(Diagnostics, PrintAsTheFixturesSay) {
  for (const fs::path& path : cases()) {
    SCOPED_TRACE(path);
    const fs::path expected = fs::path(path).replace_extension(".expected");
    const std::string text = printed(path);
    if (std::getenv("COWHERD_UPDATE_GOLDEN") != nullptr) std::ofstream(expected, std::ios::binary) << text;
    ASSERT_TRUE(fs::exists(expected));
    EXPECT_EQ(text, read(expected));
  }
}

TEST(Diagnostics, EachCaseFindsTheCodeItIsNamedAfter) {
  for (const fs::path& path : cases()) {
    const std::string name = path.stem();
    const auto found = diagnose(path);
    SCOPED_TRACE(name);
    if (name.starts_with("ok-")) {
      EXPECT_TRUE(found.empty());
    }
    if (!name.starts_with("e") && !name.starts_with("w")) continue;
    std::string code = name.substr(0, 4);
    code[0] = static_cast<char>(code[0] - 'a' + 'A');
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const Diagnostic& each) { return each.code == code; }));
  }
}

TEST(Diagnostics, EveryCodeHasAFixture) {
  // Limits that need large texts, and circles that no kind can form yet: limits_test.cc, cross_check_test.cc.
  std::set<std::string> missing{"E101", "E105", "E119", "E120", "E199", "E302"};
  std::set<std::string> seen;
  for (const fs::path& path : cases()) {
    for (const Diagnostic& found : diagnose(path)) seen.insert(found.code);
  }
  for (const DiagnosticCode& code : diagnostic_codes()) {
    EXPECT_TRUE(seen.contains(std::string(code.code)) || missing.contains(std::string(code.code))) << code.code;
  }
  for (const std::string& code : seen) EXPECT_TRUE(explain_code(code).has_value()) << code;
}

TEST(Diagnostics, PlacesLieInTheText) {
  for (const fs::path& path : cases()) {
    const std::string text = read(path);
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    for (const Diagnostic& found : diagnose(path)) {
      EXPECT_GE(found.spot.line, 1) << path;
      EXPECT_LE(found.spot.line, lines) << path;
      EXPECT_GE(found.spot.column, 1) << path;
      EXPECT_LE(static_cast<std::size_t>(found.spot.column), found.source_line.size() + 1) << path;
    }
  }
}

}  // namespace
}  // namespace cowherd::testing
