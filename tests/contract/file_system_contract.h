// SPDX-License-Identifier: Apache-2.0
// What every FileSystem does, fake or real: instantiated with a maker of a file system and an empty directory on it.
// Include it in one test file per program, then INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "resources/files/file_system.h"
#include "resources/files/publish.h"

namespace cowherd::testing {

// A file system to be tested, and where on it.
class FileSystemBed {
 public:
  virtual ~FileSystemBed() = default;
  virtual FileSystem& files() = 0;
  virtual std::string root() const = 0;
  virtual void make_symlink(const std::string& path, const std::string& target) = 0;
};

using MakeFileSystemBed = std::function<std::unique_ptr<FileSystemBed>()>;

class FileSystemContract : public ::testing::TestWithParam<MakeFileSystemBed> {
 protected:
  std::unique_ptr<FileSystemBed> bed_ = GetParam()();
  FileSystem& files_ = bed_->files();
  std::string at(const std::string& name) const { return bed_->root() + "/" + name; }
  std::string content(const std::string& name) { return files_.read(at(name), 1_MiB).value_or("(no such file)"); }
};

#define EXPECT_FAILS(kind_, expression) EXPECT_EQ((expression).error().kind, ErrorKind::kind_)

TEST_P(FileSystemContract, WhatIsWrittenIsRead) {
  const std::string text("a\0b\n", 4);
  ASSERT_TRUE(files_.write(at("f"), text));
  EXPECT_EQ(content("f"), text);
  ASSERT_TRUE(files_.write(at("f"), "x"));
  EXPECT_EQ(content("f"), "x");
}

TEST_P(FileSystemContract, ReadingMoreThanTheLimitIsInvalid) {
  ASSERT_TRUE(files_.write(at("f"), "12345"));
  EXPECT_TRUE(files_.read(at("f"), Bytes{5}));
  EXPECT_FAILS(Invalid, files_.read(at("f"), Bytes{4}));
}

TEST_P(FileSystemContract, AnAbsentFileIsNotFoundEverywhere) {
  EXPECT_FAILS(NotFound, files_.read(at("f"), 1_KiB));
  EXPECT_FAILS(NotFound, files_.stat(at("f")));
  EXPECT_FAILS(NotFound, files_.list(at("f")));
  EXPECT_FAILS(NotFound, files_.sync(at("f")));
  EXPECT_FAILS(NotFound, files_.remove(at("f")));
  EXPECT_FAILS(NotFound, files_.rename(at("f"), at("g"), RenameMode::Replace));
  EXPECT_FAILS(NotFound, files_.link(at("f"), at("g")));
  EXPECT_FAILS(NotFound, files_.write(at("no/f"), "x"));
  EXPECT_FAILS(NotFound, files_.make_directory(at("no/d")));
}

TEST_P(FileSystemContract, APathThroughAFileIsNotFound) {
  ASSERT_TRUE(files_.write(at("f"), "x"));
  EXPECT_FAILS(NotFound, files_.stat(at("f/g")));
  EXPECT_FAILS(NotFound, files_.read(at("f/g"), 1_KiB));
  EXPECT_FAILS(NotFound, files_.write(at("f/g"), "x"));
  EXPECT_FAILS(NotFound, files_.list(at("f")));
}

TEST_P(FileSystemContract, ListsSortedWithTypes) {
  ASSERT_TRUE(files_.write(at("b"), ""));
  ASSERT_TRUE(files_.make_directory(at("a")));
  bed_->make_symlink(at("c"), "b");
  const auto entries = files_.list(bed_->root());
  ASSERT_TRUE(entries);
  EXPECT_EQ(*entries, (std::vector<FileEntry>{
                          {"a", FileType::Directory}, {"b", FileType::Regular}, {"c", FileType::Symlink}}));
}

TEST_P(FileSystemContract, AStampKeepsItsIdentityOverRenameAndLosesItOverReplacement) {
  ASSERT_TRUE(files_.write(at("f"), "abc"));
  const FileStamp before = *files_.stat(at("f"));
  EXPECT_EQ(before.size, Bytes{3});
  EXPECT_EQ(before.type, FileType::Regular);
  EXPECT_EQ(before.links, 1u);
  ASSERT_TRUE(files_.rename(at("f"), at("g"), RenameMode::NoReplace));
  EXPECT_EQ(files_.stat(at("g"))->id, before.id);
  ASSERT_TRUE(files_.write(at("h"), "abc"));
  ASSERT_TRUE(files_.rename(at("h"), at("g"), RenameMode::Replace));
  EXPECT_NE(files_.stat(at("g"))->id, before.id);
}

TEST_P(FileSystemContract, GrowthIsAHole) {
  ASSERT_TRUE(files_.resize(at("f"), 1_GiB));
  EXPECT_EQ(files_.stat(at("f"))->size, 1_GiB);
  EXPECT_EQ(files_.stat(at("f"))->allocated, Bytes{});
  ASSERT_TRUE(files_.write(at("g"), "abc"));
  ASSERT_TRUE(files_.resize(at("g"), Bytes{5}));
  EXPECT_EQ(content("g"), std::string("abc\0\0", 5));
  ASSERT_TRUE(files_.resize(at("g"), Bytes{2}));
  EXPECT_EQ(content("g"), "ab");
}

TEST_P(FileSystemContract, RenameWithoutReplacingIsBusyOnATakenName) {
  ASSERT_TRUE(files_.write(at("f"), "f"));
  ASSERT_TRUE(files_.write(at("g"), "g"));
  EXPECT_FAILS(Busy, files_.rename(at("f"), at("g"), RenameMode::NoReplace));
  EXPECT_EQ(content("g"), "g");
  ASSERT_TRUE(files_.rename(at("f"), at("g"), RenameMode::Replace));
  EXPECT_EQ(content("g"), "f");
  EXPECT_FAILS(NotFound, files_.stat(at("f")));
}

TEST_P(FileSystemContract, ADirectoryMovesWithWhatIsInIt) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  ASSERT_TRUE(files_.make_directory(at("e")));
  ASSERT_TRUE(files_.write(at("d/f"), "x"));
  EXPECT_FAILS(Busy, files_.rename(at("d"), at("e"), RenameMode::NoReplace));
  ASSERT_TRUE(files_.rename(at("d"), at("e/d"), RenameMode::NoReplace));
  EXPECT_EQ(content("e/d/f"), "x");
}

TEST_P(FileSystemContract, TwoFullDirectoriesChangePlaces) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  ASSERT_TRUE(files_.write(at("d/f"), "of d"));
  EXPECT_FAILS(NotFound, files_.rename(at("d"), at("e"), RenameMode::Exchange));
  ASSERT_TRUE(files_.make_directory(at("e")));
  ASSERT_TRUE(files_.write(at("e/f"), "of e"));
  ASSERT_TRUE(files_.rename(at("d"), at("e"), RenameMode::Exchange));
  EXPECT_EQ(content("d/f"), "of e");
  EXPECT_EQ(content("e/f"), "of d");
}

TEST_P(FileSystemContract, ADirectoryIsNotMovedIntoItselfNorOverAFullOne) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  ASSERT_TRUE(files_.make_directory(at("e")));
  ASSERT_TRUE(files_.write(at("e/f"), "x"));
  EXPECT_FAILS(Failed, files_.rename(at("d"), at("d/d"), RenameMode::Replace));
  EXPECT_FAILS(Failed, files_.rename(at("d"), at("e"), RenameMode::Replace));
  EXPECT_EQ(content("e/f"), "x");
}

TEST_P(FileSystemContract, MakingADirectoryTwiceIsSuccessOverAFileItIsBusy) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  EXPECT_TRUE(files_.make_directory(at("d")));
  ASSERT_TRUE(files_.write(at("f"), "x"));
  EXPECT_FAILS(Busy, files_.make_directory(at("f")));
}

TEST_P(FileSystemContract, AHardLinkIsTheSameFile) {
  ASSERT_TRUE(files_.write(at("f"), "x"));
  ASSERT_TRUE(files_.link(at("f"), at("g")));
  EXPECT_EQ(files_.stat(at("f"))->id, files_.stat(at("g"))->id);
  EXPECT_EQ(files_.stat(at("f"))->links, 2u);
  ASSERT_TRUE(files_.write(at("h"), "h"));
  EXPECT_FAILS(Busy, files_.link(at("f"), at("h")));
  ASSERT_TRUE(files_.remove(at("f")));
  EXPECT_EQ(content("g"), "x");
  EXPECT_EQ(files_.stat(at("g"))->links, 1u);
}

TEST_P(FileSystemContract, OnlyEmptyDirectoriesAreRemoved) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  ASSERT_TRUE(files_.write(at("d/f"), "x"));
  EXPECT_FALSE(files_.remove(at("d")));
  ASSERT_TRUE(files_.remove(at("d/f")));
  EXPECT_TRUE(files_.remove(at("d")));
}

TEST_P(FileSystemContract, ASymlinkIsNeverFollowed) {
  ASSERT_TRUE(files_.write(at("f"), "x"));
  bed_->make_symlink(at("s"), at("f"));
  EXPECT_EQ(files_.stat(at("s"))->type, FileType::Symlink);
  EXPECT_FAILS(Failed, files_.read(at("s"), 1_KiB));
  EXPECT_FAILS(Failed, files_.write(at("s"), "y"));
  EXPECT_FAILS(Failed, files_.resize(at("s"), Bytes{}));
  EXPECT_EQ(content("f"), "x");
  ASSERT_TRUE(files_.remove(at("s")));
  EXPECT_EQ(content("f"), "x");
}

TEST_P(FileSystemContract, ADirectoryIsNoFile) {
  ASSERT_TRUE(files_.make_directory(at("d")));
  EXPECT_FAILS(Failed, files_.read(at("d"), 1_KiB));
  EXPECT_FAILS(Failed, files_.write(at("d"), "x"));
  EXPECT_FAILS(Failed, files_.resize(at("d"), Bytes{}));
}

TEST_P(FileSystemContract, FilesAndDirectoriesSync) {
  ASSERT_TRUE(files_.write(at("f"), "x"));
  EXPECT_TRUE(files_.sync(at("f")));
  EXPECT_TRUE(files_.sync(bed_->root()));
}

TEST_P(FileSystemContract, AnErrorNamesThePath) {
  EXPECT_THAT(to_string(files_.read(at("nobody"), 1_KiB).error()), ::testing::HasSubstr(at("nobody")));
}

TEST_P(FileSystemContract, PublishingReplacesAsAWhole) {
  ASSERT_TRUE(publish_file(files_, bed_->root(), "f", "one"));
  ASSERT_TRUE(publish_file(files_, bed_->root(), "f", "two"));
  EXPECT_EQ(content("f"), "two");
  EXPECT_EQ(files_.list(bed_->root())->size(), 1u);
}

TEST_P(FileSystemContract, APublishedDirectoryNeverReplaces) {
  ASSERT_TRUE(files_.make_directory(at(".staging-d")));
  ASSERT_TRUE(files_.write(at(".staging-d/f"), "new"));
  ASSERT_TRUE(publish_directory(files_, at(".staging-d"), at("d")));
  EXPECT_EQ(content("d/f"), "new");
  ASSERT_TRUE(files_.make_directory(at(".staging-d")));
  EXPECT_FAILS(Busy, publish_directory(files_, at(".staging-d"), at("d")));
}

TEST_P(FileSystemContract, AReplacedDirectoryLeavesTheOldOneToItsCaller) {
  for (const char* text : {"one", "two"}) {
    ASSERT_TRUE(remove_tree(files_, at(".staging-d")));
    ASSERT_TRUE(files_.make_directory(at(".staging-d")));
    ASSERT_TRUE(files_.write(at(".staging-d/f"), text));
    ASSERT_TRUE(replace_directory(files_, at(".staging-d"), at("d")));
    EXPECT_EQ(content("d/f"), text);
  }
  EXPECT_EQ(content(".staging-d/f"), "one");
}

TEST_P(FileSystemContract, ATreeIsMadeMeasuredAndRemoved) {
  ASSERT_TRUE(make_directories(files_, at("a/b/c")));
  ASSERT_TRUE(make_directories(files_, at("a/b/c")));
  ASSERT_TRUE(files_.write(at("a/b/f"), std::string(10000, 'x')));
  ASSERT_TRUE(files_.link(at("a/b/f"), at("a/g")));
  ASSERT_TRUE(files_.sync(at("a/b/f")));  // delayed allocation: only then are its blocks counted
  bed_->make_symlink(at("a/s"), "/");
  const Bytes directories = *tree_usage(files_, at("a/b/c")) + *tree_usage(files_, at("a/b/c")) +
                            *tree_usage(files_, at("a/b/c"));
  EXPECT_EQ(*tree_usage(files_, at("a")), Bytes{12288} + directories + files_.stat(at("a/s"))->allocated);
  ASSERT_TRUE(remove_tree(files_, at("a")));
  EXPECT_TRUE(remove_tree(files_, at("a")));
  EXPECT_TRUE(files_.list(bed_->root())->empty());
}

}  // namespace cowherd::testing
