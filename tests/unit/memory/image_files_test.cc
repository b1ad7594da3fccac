// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/image_files_contract.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "resources/files/linux_file_system.h"
#include "resources/memory/fd_memory.h"
#include "resources/memory/linux_image_files.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/memory/memory_bed.h"

namespace cowherd::testing {

namespace {

class LinuxBed final : public ImageFilesBed {
 public:
  ImageFiles& images() override { return images_; }
  FileSystem& files() override { return files_; }
  std::string root() const override { return directory_.path(); }

 private:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  LinuxImageFiles images_{};
};

class FakeBed final : public ImageFilesBed {
 public:
  FakeBed() { bed_.files.put_directory("/state"); }
  ImageFiles& images() override { return bed_.images; }
  FileSystem& files() override { return bed_.files; }
  std::string root() const override { return "/state"; }

 private:
  MemoryBed bed_{};
};

template <class Bed>
std::unique_ptr<ImageFilesBed> make_bed() {
  return std::make_unique<Bed>();
}

// A guest memory as a VMM holds it, and the path by which another process opens it.
struct GuestMemory {
  UniqueFd fd{};
  std::string path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd.get());
  }
  void put(std::uint64_t page, const std::string& bytes) {
    ASSERT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(pages(page).value)),
              static_cast<ssize_t>(bytes.size()));
  }
};

GuestMemory guest_memory(std::uint64_t page_count) {
  GuestMemory made{UniqueFd(::memfd_create("guest", MFD_CLOEXEC))};
  EXPECT_EQ(::ftruncate(made.fd.get(), static_cast<off_t>(pages(page_count).value)), 0);
  return made;
}

class LinuxMemory : public ::testing::Test {
 protected:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  LinuxImageFiles images_{};
  MemoryHost host_{files_, images_};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Linux, ImageFilesContract, ::testing::Values(&make_bed<LinuxBed>));
INSTANTIATE_TEST_SUITE_P(Fake, ImageFilesContract, ::testing::Values(&make_bed<FakeBed>));

// --- what only the real thing can show

TEST_F(LinuxMemory, AGuestInAMemfdGoesToAFlatImageWithHoles) {
  GuestMemory guest = guest_memory(16384);  // 64 MiB
  guest.put(0, memory("ab"));
  guest.put(5000, memory("c..d"));
  guest.put(16383, memory("e"));
  const auto source = open_memory(guest.path());
  ASSERT_TRUE(source) << to_string(source.error());
  const auto made = build_first_generation(host_, *source, {directory_.path(), build_id('1')}, {});
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(files_.stat(directory_ / memfile_name(build_id('1')))->size, pages(5));
  const auto loaded = load_generation(files_, directory_.path());
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(materialize(host_, *loaded, directory_ / "flat", {}));
  const auto flat = files_.stat(directory_ / "flat");
  EXPECT_EQ(flat->size, 64_MiB);
  EXPECT_LE(flat->allocated, pages(16));
  const auto image = images_.open(directory_ / "flat");
  ASSERT_TRUE(image);
  std::string expected(flat->size.value, 'x');
  std::string found(flat->size.value, 'y');
  ASSERT_TRUE(source->read({}, {expected.data(), expected.size()}));
  ASSERT_TRUE((*image)->read({}, {found.data(), found.size()}));
  EXPECT_TRUE(expected == found);
}

TEST_F(LinuxMemory, HolesOfARawFileStayHoles) {
  const auto writer = images_.create(directory_ / "memfile");
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->resize(64_MiB));
  ASSERT_TRUE((*writer)->write(32_MiB, memory("a")));
  const MemoryHeader header{64_MiB, 0, build_id('1'), build_id('1'), {{{}, 64_MiB, build_id('1'), {}}}};
  ASSERT_TRUE(publish_header(files_, directory_.path(), header));
  const auto loaded = load_generation(files_, directory_.path());
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  const auto count = materialize(host_, *loaded, directory_ / "flat", {});
  ASSERT_TRUE(count);
  EXPECT_LE(count->copied, 1_MiB);
  EXPECT_LE(files_.stat(directory_ / "flat")->allocated, 1_MiB);
}

TEST_F(LinuxMemory, AnImageIsNeverOpenedThroughASymlink) {
  ASSERT_TRUE(files_.write(directory_ / "f", "x"));
  ASSERT_EQ(::symlink("f", (directory_ / "s").c_str()), 0);
  EXPECT_EQ(images_.open(directory_ / "s").error().kind, ErrorKind::Invalid);
}

TEST_F(LinuxMemory, WhatIsNoFileIsNoMemory) {
  EXPECT_EQ(open_memory("/dev/null").error().kind, ErrorKind::Invalid);
  EXPECT_EQ(open_memory(directory_.path()).error().kind, ErrorKind::Invalid);
}

}  // namespace cowherd::testing
