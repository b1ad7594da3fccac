// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/load_paths.h"

#include <sstream>
#include <thread>

#include "reconciler/source/file_diagnostic.h"
#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

class LoadPathsTest : public ::testing::Test {
 protected:
  LoadedManifests load(const std::vector<std::string>& paths, const std::string& standard_input = "") {
    std::istringstream input(standard_input);
    return load_paths(paths, input);
  }
  static std::vector<std::string> codes(const LoadedManifests& loaded) {
    std::vector<std::string> codes;
    for (const Diagnostic& found : loaded.diagnostics) codes.push_back(found.code);
    return codes;
  }
  ManifestDirectory directory_{};
};

TEST_F(LoadPathsTest, ReadsDirectoriesFilesAndStandardInput) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/team/b.yml", sandbox("db"));
  directory_.put("manifests/notes.txt", "not yaml: {");
  directory_.put("single.txt", sandbox("odd"));
  const LoadedManifests loaded =
      load({directory_.root(), directory_.path("single.txt"), "-"}, sandbox("piped"));
  EXPECT_EQ(loaded.files, 4u);
  EXPECT_EQ(loaded.invalid_files, 0u);
  EXPECT_TRUE(loaded.diagnostics.empty());
  ASSERT_EQ(loaded.documents.size(), 4u);
  EXPECT_EQ(loaded.documents[0].spot.file, directory_.root() + "/a.yaml");
  EXPECT_EQ(loaded.documents[1].spot.file, directory_.root() + "/team/b.yml");
  EXPECT_EQ(loaded.documents[3].spot.file, "-");
}

TEST_F(LoadPathsTest, AJustWrittenFileNeedsNotSettle) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.set_modified("manifests/a.yaml", directory_.clock.now() + std::chrono::hours{1000});
  EXPECT_EQ(load({directory_.root()}).documents.size(), 1u);
}

TEST_F(LoadPathsTest, ABrokenFileIsCountedAndTheOthersAreLoaded) {
  directory_.put("manifests/a.yaml", "kind: Sandbox\nmetadata: {name: web\n");
  directory_.put("manifests/b.yaml", sandbox("db"));
  const LoadedManifests loaded = load({directory_.root()});
  EXPECT_EQ(loaded.files, 2u);
  EXPECT_EQ(loaded.invalid_files, 1u);
  EXPECT_EQ(loaded.documents.size(), 1u);
  EXPECT_TRUE(has_errors(loaded.diagnostics));
}

TEST_F(LoadPathsTest, DuplicatesOverFilesMakeBothInvalid) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  directory_.put("manifests/b.yaml", sandbox("web"));
  const LoadedManifests loaded = load({directory_.root()});
  EXPECT_EQ(loaded.invalid_files, 2u);
  EXPECT_EQ(loaded.diagnostics.size(), 1u);
}

TEST_F(LoadPathsTest, AFileNamedTwiceIsNoDuplicate) {
  directory_.put("manifests/a.yaml", sandbox("web"));
  const LoadedManifests loaded = load(
      {directory_.root(), directory_.path("manifests/a.yaml"), directory_.path("manifests/../manifests")});
  EXPECT_EQ(loaded.files, 1u);
  EXPECT_TRUE(loaded.diagnostics.empty());
}

TEST_F(LoadPathsTest, AMissingPathIsToldWithItsName) {
  const LoadedManifests loaded = load({directory_.path("gone.yaml")});
  EXPECT_EQ(loaded.invalid_files, 1u);
  ASSERT_EQ(loaded.diagnostics.size(), 1u);
  EXPECT_EQ(loaded.diagnostics[0].spot.file, directory_.path("gone.yaml"));
  EXPECT_NE(loaded.diagnostics[0].message.find("ENOENT"), std::string::npos);
}

TEST_F(LoadPathsTest, TooMuchTextIsRefusedWhereverItComesFrom) {
  const std::string big((2u << 20), '#');
  directory_.put("manifests/a.yaml", big);
  const LoadedManifests loaded =
      load({directory_.root(), directory_.path("manifests/../manifests/a.yaml"), "-", "/dev/zero"}, big);
  EXPECT_EQ(codes(loaded), (std::vector<std::string>(3, std::string(kFileTooLarge))));
  EXPECT_EQ(loaded.invalid_files, 3u);
}

TEST_F(LoadPathsTest, InADirectoryOnlyRegularFilesInsideAreRead) {
  directory_.put("secret.yaml", sandbox("secret"));
  directory_.link("manifests/out.yaml", "../secret.yaml");
  directory_.make_fifo("manifests/fifo.yaml");
  const LoadedManifests loaded = load({directory_.root()});
  EXPECT_TRUE(loaded.documents.empty());
  EXPECT_EQ(codes(loaded), (std::vector<std::string>{std::string(kNotRegular), std::string(kLeadsOut)}));
}

TEST_F(LoadPathsTest, AFifoGivenByNameIsRead) {  // validate <(generate)
  directory_.make_fifo("pipe");
  std::thread writer([&] { directory_.append("pipe", sandbox("web")); });
  const LoadedManifests loaded = load({directory_.path("pipe")});
  writer.join();
  EXPECT_EQ(loaded.documents.size(), 1u);
}

TEST_F(LoadPathsTest, AnEmptyDirectoryHasNoFiles) {
  const LoadedManifests loaded = load({directory_.root()});
  EXPECT_EQ(loaded.files, 0u);
  EXPECT_TRUE(loaded.diagnostics.empty());
}

}  // namespace
}  // namespace cowherd::testing
