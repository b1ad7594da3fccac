// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/pagemap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

#include "resources/files/linux_file_system.h"
#include "resources/memory/fd_memory.h"
#include "resources/memory/linux_image_files.h"
#include "resources/memory/process_maps.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/memory/memory_bed.h"

namespace cowherd::testing {

namespace {

// A file mapped privately into this process, as QEMU maps a flat image it was restored from.
class PrivateMapping {
 public:
  PrivateMapping(const std::string& path, std::uint64_t page_count) : size_(pages(page_count)) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    void* const mapped = ::mmap(nullptr, size_.value, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0);
    EXPECT_NE(mapped, MAP_FAILED);
    bytes_ = static_cast<volatile char*>(mapped);
  }
  ~PrivateMapping() { ::munmap(const_cast<char*>(bytes_), size_.value); }
  PrivateMapping(const PrivateMapping&) = delete;
  PrivateMapping& operator=(const PrivateMapping&) = delete;

  char look(std::uint64_t page) const { return bytes_[pages(page).value]; }
  void put(std::uint64_t page, char value) {
    for (std::uint64_t i = 0; i < kPage.value; ++i) bytes_[pages(page).value + i] = value;
  }
  std::uint64_t address() const { return reinterpret_cast<std::uintptr_t>(bytes_); }
  Bytes size() const { return size_; }

 private:
  Bytes size_{};
  volatile char* bytes_ = nullptr;
};

}  // namespace

TEST(Pagemap, APagePresentOrSwappedThatIsOfNoFileIsPrivate) {
  constexpr std::uint64_t kPresent = 1ull << 63, kSwapped = 1ull << 62, kOfFile = 1ull << 61,
                          kSoftDirty = 1ull << 55;
  const std::array<std::uint64_t, 8> entries{
      kPresent,           kSwapped,   0,       kPresent | kOfFile, kPresent | kSoftDirty | 77,
      kSwapped | kOfFile, kSoftDirty, kPresent};
  EXPECT_EQ(private_pages(entries),
            (PageRanges{{pages(0), pages(2)}, {pages(4), pages(1)}, {pages(7), pages(1)}}));
  EXPECT_EQ(private_pages({}), PageRanges{});
}

TEST(Pagemap, WrittenPagesOfAPrivateMappingAreFoundAndReadOnesAreNot) {
  const TemporaryDirectory directory;
  LinuxFileSystem files;
  ASSERT_TRUE(files.write(directory / "flat", memory("abcdefgh")));
  PrivateMapping mapping(directory / "flat", 8);
  EXPECT_EQ(*read_private_pages(::getpid(), mapping.address(), mapping.size()), PageRanges{});
  for (std::uint64_t page = 0; page < 4; ++page) EXPECT_EQ(mapping.look(page), static_cast<char>('a' + page));
  mapping.put(1, 'X');
  mapping.put(2, '\0');
  mapping.put(6, 'Y');
  const auto found = read_private_pages(::getpid(), mapping.address(), mapping.size());
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_EQ(*found, (PageRanges{{pages(1), pages(2)}, {pages(6), pages(1)}}));
}

TEST(Pagemap, ARestoredMemoryBecomesTheNextGeneration) {
  const TemporaryDirectory directory;
  LinuxFileSystem files;
  LinuxImageFiles images;
  const MemoryHost host{files, images};
  for (const char* name : {"1", "2"}) ASSERT_TRUE(files.make_directory(directory / name));
  const auto first =
      build_first_generation(host, BufferMemory(memory("ab..efg.")), {directory / "1", build_id('1')}, {});
  ASSERT_TRUE(first);
  ASSERT_TRUE(materialize(host, *first, directory / "flat", {}));
  PrivateMapping mapping(directory / "flat", 8);
  mapping.put(1, '\0');
  mapping.put(3, 'X');
  const auto dirty = read_private_pages(::getpid(), mapping.address(), mapping.size());
  const auto source = open_process_memory(::getpid(), mapping.address(), mapping.size());
  ASSERT_TRUE(dirty && source);
  ASSERT_TRUE(build_next_generation(host, *source, *dirty, *first, {directory / "2", build_id('2')}, {}));
  EXPECT_EQ(files.stat(directory / "2/" + memfile_name(build_id('2')))->size, pages(1));
  const auto loaded = load_generation(files, directory / "2");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(letters(content(images, *loaded)), "a..Xefg.");
}

TEST(ProcessMaps, ARangeMayConsistOfAdjacentPrivateMappings) {
  const std::string maps =
      "1000-3000 rw-p 00000000 08:01 12 /flat\n3000-5000 r--p 00002000 08:01 12 /flat\nbad\n"
      "6000-7000 rw-s 00000000 00:01 13 /memfd:x (deleted)\n8000-9000 rw-p 00000000 00:00 0";
  EXPECT_TRUE(is_mapped_privately(maps, 0x1000, pages(4)));
  EXPECT_TRUE(is_mapped_privately(maps, 0x2000, pages(2)));
  EXPECT_TRUE(is_mapped_privately(maps, 0x8000, pages(1)));
  EXPECT_FALSE(is_mapped_privately(maps, 0x2000, pages(4)));  // a gap follows
  EXPECT_FALSE(is_mapped_privately(maps, 0x6000, pages(1)));  // shared
  EXPECT_FALSE(is_mapped_privately(maps, 0x8000, pages(2)));
  EXPECT_FALSE(is_mapped_privately("", 0x1000, pages(1)));
}

TEST(Pagemap, WhatIsNoPrivateMappingIsRefused) {
  const TemporaryDirectory directory;
  LinuxFileSystem files;
  ASSERT_TRUE(files.write(directory / "flat", memory("ab")));
  const PrivateMapping mapping(directory / "flat", 2);
  const auto refused = [&](std::uint64_t address, Bytes size) {
    return read_private_pages(::getpid(), address, size).error().kind;
  };
  EXPECT_EQ(refused(mapping.address() + 1, kPage), ErrorKind::Invalid);
  EXPECT_EQ(refused(mapping.address(), Bytes{1}), ErrorKind::Invalid);
  EXPECT_EQ(refused(kPage.value, kPage), ErrorKind::Invalid);  // nothing is mapped there
  void* const shared = ::mmap(nullptr, kPage.value, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_EQ(refused(reinterpret_cast<std::uintptr_t>(shared), kPage), ErrorKind::Invalid);
  ::munmap(shared, kPage.value);
  EXPECT_EQ(read_private_pages(1 << 30, mapping.address(), kPage).error().kind, ErrorKind::NotFound);
}

}  // namespace cowherd::testing
