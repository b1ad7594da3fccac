// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/generation.h"

#include <algorithm>

#include "tests/unit/memory/memory_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Generations : public ::testing::Test {
 protected:
  Generations() {
    for (const char* directory : {"/a", "/b", "/c"}) bed_.files.put_directory(directory);
  }
  Generation first(const std::string& text) {
    Result<Generation> made = bed_.first("/a", '1', memory(text));
    EXPECT_TRUE(made) << to_string(made.error());
    return made.value_or(Generation{});
  }
  std::vector<std::string> names(const std::string& directory) {
    std::vector<std::string> found;
    const auto entries = bed_.files.list(directory);
    EXPECT_TRUE(entries);
    for (const FileEntry& entry : *entries) found.push_back(entry.name.substr(0, 16));
    return found;
  }
  // An image that other software made: its memory file is named plain `memfile`.
  void make_legacy() {
    first("ab..");
    ASSERT_TRUE(bed_.files.rename("/a/" + memfile_name(build_id('1')), "/a/memfile", RenameMode::NoReplace));
  }
  MemoryBed bed_{};
};

void expect_corrupt(const Result<Generation>& loaded, const std::string& part) {
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(to_string(loaded.error()), HasSubstr(part));
}

}  // namespace

TEST_F(Generations, TheFirstHoldsThePagesThatAreNotZero) {
  const Generation made = first("ab..c...");
  EXPECT_EQ(bed_.files.peek("/a/" + memfile_name(build_id('1'))), memory("abc"));
  EXPECT_EQ(made.header.generation, 0u);
  EXPECT_EQ(made.header.base, build_id('1'));
  EXPECT_EQ(made.header.extents.size(), 4u);
  EXPECT_EQ(bed_.stored("/a"), "ab..c...");
}

// The fake keeps or loses all names of a directory at once; a real file system may keep the header's alone.
TEST_F(Generations, TheNamesOfTheFilesAreDurableBeforeTheHeaderHasItsOwn) {
  bed_.faults.disarm();
  first("ab");
  const std::vector<std::string>& trace = bed_.faults.trace();
  const auto synced = std::find(trace.begin(), trace.end(), "sync /a");
  const auto renamed = std::find_if(trace.begin(), trace.end(), [](const std::string& call) {
    return call.rfind("rename /a/.staging-memfile.header", 0) == 0;
  });
  ASSERT_NE(renamed, trace.end());
  EXPECT_LT(synced, renamed);
}

TEST_F(Generations, AMemoryOfZeroesNamesNoFile) {
  EXPECT_TRUE(first("....").files.empty());
  EXPECT_EQ(bed_.stored("/a"), "....");
}

TEST_F(Generations, ALaterOneHoldsOnlyDirtyPagesAndRecordsZeroes) {
  const Generation parent = first("abcd....");
  const auto made =
      bed_.next("/b", '2', memory("aX.d.Y.Z"), {{pages(1), pages(2)}, {pages(5), pages(1)}}, parent);
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(bed_.files.peek("/b/" + memfile_name(build_id('2'))), memory("XY"));
  EXPECT_EQ(bed_.stored("/b"), "aX.d.Y..");  // the last page was not told to be dirty
  EXPECT_EQ(made->header.generation, 1u);
  EXPECT_EQ(made->header.base, build_id('1'));
  EXPECT_EQ(bed_.stored("/a"), "abcd....");
}

TEST_F(Generations, ADirectoryStandsAlone) {
  const Generation parent = first("abcd");
  ASSERT_TRUE(bed_.next("/b", '2', memory("aXcd"), {{pages(1), pages(1)}}, parent));
  EXPECT_EQ(bed_.files.stat("/b/" + memfile_name(build_id('1')))->links, 2u);
  bed_.files.erase("/a");
  bed_.files.lose_power();
  EXPECT_EQ(bed_.stored("/b"), "aXcd");
}

TEST_F(Generations, AFileThatIsNoLongerNeededIsNotLinked) {
  const Generation parent = first("ab");
  const auto made = bed_.next("/b", '2', memory("XY"), {{pages(0), pages(2)}}, parent);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->files.size(), 1u);
  EXPECT_THAT(names("/b"), ElementsAre("memfile.22222222", "memfile.header"));
}

TEST_F(Generations, AMemoryOfAnotherSizeOrRangesOutsideAreInvalid) {
  const Generation parent = first("ab");
  EXPECT_EQ(bed_.next("/b", '2', memory("abc"), {}, parent).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(bed_.next("/b", '2', memory("ab"), {{pages(2), pages(1)}}, parent).error().kind,
            ErrorKind::Invalid);
  EXPECT_THAT(names("/b"), ElementsAre());
}

TEST_F(Generations, WithoutAHeaderThereIsNone) {
  EXPECT_EQ(load_generation(bed_.files, "/b").error().kind, ErrorKind::NotFound);
}

TEST_F(Generations, AMissingShortOrOddFileIsCorrupt) {
  first("abc");
  const std::string path = "/a/" + memfile_name(build_id('1'));
  ASSERT_TRUE(bed_.files.resize(path, pages(2)));
  expect_corrupt(load_generation(bed_.files, "/a"), "8192 bytes, the header needs 12288");
  bed_.files.erase(path);
  expect_corrupt(load_generation(bed_.files, "/a"), path + "': it is missing");
  bed_.files.put_symlink(path, "/b/x");
  expect_corrupt(load_generation(bed_.files, "/a"), "not a regular file");
}

TEST_F(Generations, AHeaderTooLargeIsCorrupt) {
  bed_.files.put("/a/memfile.header", "");
  ASSERT_TRUE(bed_.files.resize("/a/memfile.header", kLargestHeader + Bytes{1}));
  EXPECT_EQ(load_generation(bed_.files, "/a").error().kind, ErrorKind::Corrupt);
}

TEST_F(Generations, ALegacyFileStandsForTheFirstOfTheChain) {
  make_legacy();
  EXPECT_EQ(bed_.stored("/a"), "ab..");
  const auto parent = load_generation(bed_.files, "/a");
  ASSERT_TRUE(parent);
  ASSERT_TRUE(bed_.next("/b", '2', memory("aX.."), {{pages(1), pages(1)}}, *parent));
  EXPECT_EQ(bed_.stored("/b"), "aX..");
  EXPECT_THAT(names("/b"), ElementsAre("memfile.11111111", "memfile.22222222", "memfile.header"));
}

TEST_F(Generations, ALegacyFileNeverStandsForALaterOne) {
  make_legacy();
  const auto parent = load_generation(bed_.files, "/a");
  ASSERT_TRUE(parent);
  ASSERT_TRUE(bed_.next("/b", '2', memory("aX.."), {{pages(1), pages(1)}}, *parent));
  ASSERT_TRUE(bed_.files.link("/a/memfile", "/b/memfile"));
  bed_.files.erase("/b/" + memfile_name(build_id('2')));
  expect_corrupt(load_generation(bed_.files, "/b"), memfile_name(build_id('2')) + "': it is missing");
}

TEST_F(Generations, TheMeasureTellsDepthAndWaste) {
  const Generation parent = first("abcd");
  const auto made =
      bed_.next("/b", '2', memory("X.cY"), {{pages(0), pages(2)}, {pages(3), pages(1)}}, parent);
  ASSERT_TRUE(made);
  const GenerationMeasure found = measure(*made);
  EXPECT_EQ(found.files, 2u);
  EXPECT_EQ(found.extents, 4u);
  EXPECT_EQ(found.stored, pages(6));
  EXPECT_EQ(found.live, pages(3));
  EXPECT_EQ(found.wasted(), pages(3));
}

TEST_F(Generations, ACompactionIsOneFileAndTheOldOnesGoAfterwards) {
  const Generation parent = first("abcd");
  const auto made = bed_.next("/b", '2', memory("X.cd"), {{pages(0), pages(2)}}, parent);
  ASSERT_TRUE(made);
  const auto compacted = compact(bed_.host, *made, build_id('3'), {});
  ASSERT_TRUE(compacted) << to_string(compacted.error());
  EXPECT_EQ(bed_.files.peek("/b/" + memfile_name(build_id('3'))), memory("Xcd"));
  EXPECT_EQ(compacted->generation.header.generation, 0u);
  EXPECT_EQ(measure(compacted->generation).wasted(), Bytes{});
  EXPECT_TRUE(bed_.files.exists("/b/" + memfile_name(build_id('1'))));
  bed_.files.put("/b/snapfile", "");
  bed_.files.put("/b/memfile.raw", "");
  ASSERT_TRUE(remove_unnamed_files(bed_.files, compacted->generation));
  EXPECT_THAT(names("/b"), ElementsAre("memfile.33333333", "memfile.header", "memfile.raw", "snapfile"));
  EXPECT_EQ(bed_.stored("/b"), "X.cd");
  EXPECT_EQ(bed_.stored("/a"), "abcd");
}

TEST_F(Generations, AFlatImageIsTheMemory) {
  const Generation made = first("..ab.c..");
  ASSERT_TRUE(materialize(bed_.host, made, "/c/flat", {}));
  auto flat = bed_.images.open("/c/flat");
  ASSERT_TRUE(flat);
  std::string bytes(pages(8).value, 'x');
  ASSERT_TRUE((*flat)->read({}, {bytes.data(), bytes.size()}));
  EXPECT_EQ(bytes, memory("..ab.c.."));
  EXPECT_EQ(materialize(bed_.host, made, "/c/flat", {}).error().kind, ErrorKind::Busy);
}

TEST_F(Generations, WhatIsCancelledLeavesNothing) {
  const Generation made = first("ab");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(materialize(bed_.host, made, "/c/flat", {stop.get_token(), {}}));
  EXPECT_THAT(names("/c"), ElementsAre());
  EXPECT_FALSE(compact(bed_.host, made, build_id('3'), {stop.get_token(), {}}));
  EXPECT_THAT(names("/a"), ElementsAre("memfile.11111111", "memfile.header"));
}

TEST_F(Generations, AFullDiskLeavesTheOldOne) {
  const Generation made = first("abcd");
  bed_.files.set_full();
  EXPECT_EQ(compact(bed_.host, made, build_id('3'), {}).error().kind, ErrorKind::Exhausted);
  EXPECT_EQ(materialize(bed_.host, made, "/c/flat", {}).error().kind, ErrorKind::Exhausted);
  EXPECT_THAT(names("/a"), ElementsAre("memfile.11111111", "memfile.header"));
  EXPECT_THAT(names("/c"), ElementsAre());
}

}  // namespace cowherd::testing
