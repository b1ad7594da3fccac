// SPDX-License-Identifier: Apache-2.0
// What every ImageFiles does, fake or real: instantiated with a maker of one, with the FileSystem that holds
// the names. Include it in one test file per program, then INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "resources/files/file_system.h"
#include "resources/memory/image_files.h"

namespace cowherd::testing {

class ImageFilesBed {
 public:
  virtual ~ImageFilesBed() = default;
  virtual ImageFiles& images() = 0;
  virtual FileSystem& files() = 0;
  virtual std::string root() const = 0;
};

using MakeImageFilesBed = std::function<std::unique_ptr<ImageFilesBed>()>;

class ImageFilesContract : public ::testing::TestWithParam<MakeImageFilesBed> {
 protected:
  std::unique_ptr<ImageFilesBed> bed_ = GetParam()();
  ImageFiles& images_ = bed_->images();
  FileSystem& files_ = bed_->files();
  std::string at(const std::string& name) const { return bed_->root() + "/" + name; }
  std::string content(const std::string& name) {
    const auto source = images_.open(at(name));
    if (!source) return to_string(source.error());
    std::string bytes((*source)->size().value, 'x');
    const Status read = (*source)->read({}, {bytes.data(), bytes.size()});
    return read ? bytes : to_string(read.error());
  }
};

inline const std::string kZeroes(4096, '\0');
inline const std::string kOnes(4096, '1');
inline const std::string kTwos(4096, '2');

TEST_P(ImageFilesContract, WhatIsWrittenIsReadAndTheRestIsZero) {
  const auto writer = images_.create(at("f"));
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(Bytes{4096}, kOnes));
  EXPECT_EQ(content("f"), kZeroes + kOnes);
  ASSERT_TRUE((*writer)->resize(Bytes{3 * 4096}));
  EXPECT_EQ(content("f"), kZeroes + kOnes + kZeroes);
  EXPECT_TRUE(files_.sync(at("f")));
}

TEST_P(ImageFilesContract, ANameIsTakenOnce) {
  ASSERT_TRUE(images_.create(at("f")));
  EXPECT_EQ(images_.create(at("f")).error().kind, ErrorKind::Busy);
}

TEST_P(ImageFilesContract, OnlyAFileThatIsThereIsOpened) {
  EXPECT_EQ(images_.open(at("f")).error().kind, ErrorKind::NotFound);
  ASSERT_TRUE(files_.make_directory(at("d")));
  EXPECT_EQ(images_.open(at("d")).error().kind, ErrorKind::Invalid);
}

TEST_P(ImageFilesContract, ReadingBehindTheEndIsStale) {
  ASSERT_TRUE(files_.write(at("f"), kOnes));
  const auto source = images_.open(at("f"));
  ASSERT_TRUE(source);
  std::string bytes(4096, 'x');
  EXPECT_EQ((*source)->read(Bytes{1}, {bytes.data(), bytes.size()}).error().kind, ErrorKind::Stale);
}

TEST_P(ImageFilesContract, PiecesAreCopiedToTheirPlaces) {
  ASSERT_TRUE(files_.write(at("from"), kOnes + kTwos + kOnes));
  const auto source = images_.open(at("from"));
  const auto writer = images_.create(at("to"));
  ASSERT_TRUE(source && writer);
  ASSERT_TRUE((*writer)->resize(Bytes{4 * 4096}));
  const auto count = (*writer)->copy(**source, Bytes{4096}, Bytes{2 * 4096}, Bytes{0});
  ASSERT_TRUE(count);
  EXPECT_EQ(count->shared + count->copied, Bytes{2 * 4096});
  ASSERT_TRUE((*writer)->copy(**source, Bytes{0}, Bytes{4096}, Bytes{3 * 4096}));
  EXPECT_EQ(content("to"), kTwos + kOnes + kZeroes + kOnes);
}

TEST_P(ImageFilesContract, DataIsFoundAndNothingBehindTheEnd) {
  ASSERT_TRUE(files_.write(at("f"), kOnes + kTwos));
  const auto source = images_.open(at("f"));
  ASSERT_TRUE(source);
  EXPECT_EQ(*(*source)->next_data(Bytes{4096}), (PageRange{Bytes{4096}, Bytes{4096}}));
  EXPECT_EQ((*source)->next_data(Bytes{8192})->length, Bytes{});
}

}  // namespace cowherd::testing
