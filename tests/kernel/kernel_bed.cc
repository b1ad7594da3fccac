// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/kernel_bed.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <random>

namespace cowherd::testing {

namespace {

constexpr std::size_t kAlignment = 4096;

using AlignedBuffer = std::unique_ptr<char, decltype(&std::free)>;

AlignedBuffer aligned(std::size_t count) {
  const std::size_t rounded = (count + kAlignment - 1) / kAlignment * kAlignment;
  return {static_cast<char*>(std::aligned_alloc(kAlignment, rounded)), &std::free};
}

}  // namespace

std::shared_ptr<void> KernelBlockBed::open_node(const std::string& node) {
  const auto fd = std::make_shared<UniqueFd>(::open(node.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_TRUE(fd->valid()) << node << ": " << std::strerror(errno);
  return fd;
}

DirectFile::DirectFile(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC)) {
  EXPECT_TRUE(fd_.valid()) << path << ": " << std::strerror(errno);
}

Result<std::string> DirectFile::read(Bytes offset, Bytes count) const {
  const AlignedBuffer buffer = aligned(count.value);
  std::size_t done = 0;
  while (done < count.value) {
    const ssize_t got =
        ::pread(fd_.get(), buffer.get() + done, count.value - done, static_cast<off_t>(offset.value + done));
    if (got < 0) return fail(errno_error(errno, "read '" + path_ + "'"));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return std::string(buffer.get(), done);
}

Status DirectFile::write(Bytes offset, std::string_view data) const {
  const AlignedBuffer buffer = aligned(data.size());
  std::memcpy(buffer.get(), data.data(), data.size());
  const ssize_t done = ::pwrite(fd_.get(), buffer.get(), data.size(), static_cast<off_t>(offset.value));
  if (done < 0) return fail(errno_error(errno, "write '" + path_ + "'"));
  if (static_cast<std::size_t>(done) != data.size())
    return fail(ErrorKind::Failed, "write '" + path_ + "': it took a part only");
  if (::fsync(fd_.get()) != 0) return fail(errno_error(errno, "sync '" + path_ + "'"));
  return {};
}

std::string noise(Bytes count, unsigned seed) {
  std::mt19937 random(seed);
  std::string data(count.value, '\0');
  for (std::size_t at = 0; at + 4 <= data.size(); at += 4) {
    const auto word = static_cast<std::uint32_t>(random());
    std::memcpy(data.data() + at, &word, sizeof word);
  }
  return data;
}

void KernelDisks::SetUp() {
  ASSERT_TRUE(devices().empty() && attached().empty()) << "a test before this one left devices";
  ASSERT_THAT(host_.files.write(path("rootfs.ext4"), image_), Succeeds());
}

void KernelDisks::TearDown() {
  for (const DiskPlan& disk : plans_) EXPECT_THAT(driver_.deactivate(disk), Succeeds());
  for (const DmDevice& left : devices()) ADD_FAILURE() << "device '" << left.name << "' is left";
  for (const LoopDevice& left : attached()) ADD_FAILURE() << "loop " << to_string(left.device) << " is left";
  EXPECT_TRUE(*host_.files.read(path("rootfs.ext4"), 8_MiB) == image_) << "the shared image was written to";
}

DiskPlan KernelDisks::plan(char digit, Bytes size) {
  DiskPlan disk;
  disk.uid = Uid::make(std::string(32, digit)).value();
  disk.driver = DiskDriverKind::DmSnapshot;
  disk.directory = path(std::string(32, digit));
  disk.base_image = path("rootfs.ext4");
  disk.size = size;
  EXPECT_THAT(host_.files.make_directory(disk.directory), Succeeds());
  plans_.push_back(disk);
  return disk;
}

DiskPlan KernelDisks::created(char digit, Bytes size) {
  const DiskPlan disk = plan(digit, size);
  EXPECT_THAT(driver_.create(disk), Succeeds());
  return disk;
}

DiskPlan KernelDisks::activated(char digit, Bytes size) {
  const DiskPlan disk = created(digit, size);
  EXPECT_THAT(driver_.activate(disk), Succeeds());
  return disk;
}

DiskState KernelDisks::seen(const DiskPlan& disk) {
  const Fact<DiskState> state = driver_.look(disk);
  EXPECT_TRUE(state.known()) << (state.unknown() ? to_string(state.why()) : "absent");
  return state.known() ? *state : DiskState{};
}

std::string KernelDisks::content(const DiskPlan& disk) {
  const DiskState state = seen(disk);
  EXPECT_TRUE(state.active) << state.detail;
  const auto all = DirectFile(state.node).read(Bytes{0}, state.size);
  EXPECT_THAT(all, Succeeds());
  return all.value_or("");
}

void KernelDisks::write(const DiskPlan& disk, ExpectedContent& expected, Bytes offset,
                        const std::string& data) {
  EXPECT_THAT(DirectFile(seen(disk).node).write(offset, data), Succeeds());
  expected.write(offset, data);
}

std::vector<DmDevice> KernelDisks::devices() {
  auto all = host_.dm.list();
  EXPECT_THAT(all, Succeeds());
  return all.value_or(std::vector<DmDevice>{});
}

std::vector<LoopDevice> KernelDisks::attached() {
  auto all = host_.loops.list();
  EXPECT_THAT(all, Succeeds());
  return all.value_or(std::vector<LoopDevice>{});
}

}  // namespace cowherd::testing
