// SPDX-License-Identifier: Apache-2.0
// schemas/ is generated; COWHERD_UPDATE_GOLDEN=1 rewrites it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "resources/files/json.h"
#include "resources/kinds/json_schema.h"

namespace cowherd::testing {
namespace {

TEST(JsonSchema, TheCommittedFilesAreWhatTheTablesSay) {
  for (const DocumentType* type : all_documents()) {
    const auto path = std::filesystem::path(COWHERD_SOURCE_DIR) / "schemas" / schema_file_name(*type);
    const std::string generated = print_json(json_schema(*type), JsonStyle::Pretty);
    if (std::getenv("COWHERD_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << generated;
    std::ifstream input(path, std::ios::binary);
    std::ostringstream committed;
    committed << input.rdbuf();
    EXPECT_EQ(generated, committed.str()) << path;
  }
}

TEST(JsonSchema, NothingElseIsInTheFolder) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(COWHERD_SOURCE_DIR) / "schemas")) {
    if (entry.path().extension() == ".json") ++files;
  }
  EXPECT_EQ(files, all_documents().size());
}

TEST(JsonSchema, RequiredAndDefaultsFollowTheTable) {
  const Value schema = json_schema(Kind::Sandbox);
  const Value* spec = schema.find_path("properties.spec");
  ASSERT_NE(spec, nullptr);
  EXPECT_EQ(spec->find("required"), nullptr);
  EXPECT_EQ(*spec->find("oneOf"), (Value::List{Value::Map{{"required", Value::List{"templateRef"}}},
                                               Value::Map{{"required", Value::List{"restoreFrom"}}}}));
  EXPECT_EQ(*spec->find_path("properties.restoreFrom.required"), (Value::List{"snapshotRef"}));
  EXPECT_EQ(*spec->find("additionalProperties"), Value(false));
  EXPECT_EQ(*spec->find_path("properties.resources.properties.memory.default"), Value("512Mi"));
  EXPECT_EQ(*spec->find_path("properties.powerState.enum"), (Value::List{"Running", "Paused", "Stopped"}));
}

}  // namespace
}  // namespace cowherd::testing
