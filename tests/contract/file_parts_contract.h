// SPDX-License-Identifier: Apache-2.0
// What every FileParts does, fake or real. Include it in one test file per program, then INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "resources/files/file_parts.h"

namespace cowherd::testing {

class FilePartsBed {
 public:
  virtual ~FilePartsBed() = default;
  virtual FileParts& parts() = 0;
  virtual FileSystem& files() = 0;
  virtual std::string root() const = 0;
  virtual void make_symlink(const std::string& path, const std::string& target) = 0;
};

using MakeFilePartsBed = std::function<std::unique_ptr<FilePartsBed>()>;

class FilePartsContract : public ::testing::TestWithParam<MakeFilePartsBed> {
 protected:
  std::unique_ptr<FilePartsBed> bed_ = GetParam()();
  FileParts& parts_ = bed_->parts();
  FileSystem& files_ = bed_->files();
  std::string at(const std::string& name) const { return bed_->root() + "/" + name; }
  std::string content(const std::string& name) { return files_.read(at(name), 1_MiB).value_or("(no such file)"); }
};

TEST_P(FilePartsContract, ReadsWhatLiesThereAndLessAtTheEnd) {
  ASSERT_TRUE(files_.write(at("f"), "0123456789"));
  const auto file = parts_.open(at("f"));
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->read(Bytes{0}, Bytes{10}).value(), "0123456789");
  EXPECT_EQ((*file)->read(Bytes{3}, Bytes{4}).value(), "3456");
  EXPECT_EQ((*file)->read(Bytes{8}, Bytes{4}).value(), "89");
  EXPECT_EQ((*file)->read(Bytes{10}, Bytes{4}).value(), "");
  EXPECT_EQ((*file)->read(Bytes{1 << 20}, Bytes{4}).value(), "");
}

TEST_P(FilePartsContract, HolesReadAsZeroes) {
  ASSERT_TRUE(files_.write(at("f"), "abc"));
  ASSERT_TRUE(files_.resize(at("f"), 1_GiB));
  const auto file = parts_.open(at("f"));
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->read(Bytes{1}, Bytes{4}).value(), std::string("bc\0\0", 4));
  EXPECT_EQ((*file)->read(1_GiB - Bytes{3}, Bytes{4}).value(), std::string(3, '\0'));
}

TEST_P(FilePartsContract, TheStampIsThatOfTheFileAndMovesWithIt) {
  ASSERT_TRUE(files_.write(at("f"), "abc"));
  const auto file = parts_.open(at("f"));
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->stamp().value(), files_.stat(at("f")).value());
  ASSERT_TRUE(files_.resize(at("f"), Bytes{5}));
  EXPECT_EQ((*file)->stamp()->size, Bytes{5});
}

TEST_P(FilePartsContract, WritesLieOverWhatWasThere) {
  ASSERT_TRUE(files_.write(at("f"), "0123456789"));
  ASSERT_TRUE(files_.resize(at("f"), Bytes{16}));
  const auto file = parts_.patch(at("f"));
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write(Bytes{2}, "xx"));
  ASSERT_TRUE((*file)->write(Bytes{14}, "zz"));
  EXPECT_EQ(content("f"), std::string("01xx456789\0\0\0\0zz", 16));
}

TEST_P(FilePartsContract, AZeroedRangeReadsAsZeroesAndTheSizeStays) {
  ASSERT_TRUE(files_.write(at("f"), std::string(16384, 'x')));
  const auto file = parts_.patch(at("f"));
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->zero(Bytes{4096}, Bytes{4096}));
  ASSERT_TRUE((*file)->zero(Bytes{12288}, Bytes{4096}));
  EXPECT_TRUE(content("f") ==
              std::string(4096, 'x') + std::string(4096, '\0') + std::string(4096, 'x') + std::string(4096, '\0'));
}

TEST_P(FilePartsContract, ASymlinkLeadsToItsFile) {
  ASSERT_TRUE(files_.write(at("f"), "abc"));
  bed_->make_symlink(at("link"), "f");
  EXPECT_EQ((*parts_.open(at("link")))->read(Bytes{0}, Bytes{3}).value(), "abc");
}

TEST_P(FilePartsContract, OnlyRegularFilesAreOpened) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  EXPECT_EQ(parts_.open(at("d")).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(parts_.patch(at("d")).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(parts_.open(at("none")).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(parts_.patch(at("none")).error().kind, ErrorKind::NotFound);
}

TEST_P(FilePartsContract, AFileNobodyWritesHasNoWriters) {
  ASSERT_TRUE(files_.write(at("f"), "abc"));
  EXPECT_EQ((*parts_.open(at("f")))->writers(), Writers::None);
}

}  // namespace cowherd::testing
