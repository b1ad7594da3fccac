// SPDX-License-Identifier: Apache-2.0
#include "resources/block/kernel/kernel_loop_devices.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "resources/files/unique_fd.h"

namespace cowherd {

namespace {

constexpr int kAttempts = 32;  // others may take the free loop we were given
constexpr std::size_t kDirectAlignment = 4096;
constexpr const char* kLoopControl = "/dev/loop-control";

struct OpenLoop {
  UniqueFd fd{};
  LoopDevice loop{};
  bool whole = true;  // the file from its beginning to its end
  bool made = false;  // attached by this very call
};

std::string node_of(int number) { return "/dev/loop" + std::to_string(number); }

tl::unexpected<Error> loop_error(int errno_value, const std::string& doing) {
  Error error = errno_error(errno_value, doing);
  if (error.kind == ErrorKind::Denied) error = std::move(error).with_hint("loop devices need root");
  return fail(std::move(error));
}

// Takes what an open loop says about itself. NotFound: nothing is attached. While it is open, it cannot be
// cleared.
Result<OpenLoop> describe(UniqueFd fd, const std::string& node) {
  loop_info64 info{};
  struct stat found {};
  std::uint64_t size = 0;
  if (::ioctl(fd.get(), LOOP_GET_STATUS64, &info) != 0)
    return loop_error(errno, "ask '" + node + "' for its file");
  if (::fstat(fd.get(), &found) != 0) return loop_error(errno, "stat '" + node + "'");
  if (::ioctl(fd.get(), BLKGETSIZE64, &size) != 0)
    return loop_error(errno, "ask '" + node + "' for its size");
  OpenLoop open;
  open.loop.device = {gnu_dev_major(found.st_rdev), gnu_dev_minor(found.st_rdev)};
  open.loop.backing = {info.lo_device, info.lo_inode};
  open.loop.access = (info.lo_flags & LO_FLAGS_READ_ONLY) != 0 ? LoopAccess::ReadOnly : LoopAccess::ReadWrite;
  open.loop.autoclear = (info.lo_flags & LO_FLAGS_AUTOCLEAR) != 0;
  open.loop.size = Bytes{size};
  open.whole = info.lo_offset == 0 && info.lo_sizelimit == 0;
  open.fd = std::move(fd);
  return open;
}

Result<UniqueFd> open_loop(int number) {
  const std::string node = node_of(number);
  UniqueFd fd(::open(node.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.valid()) return fd;
  if (errno != ENOENT) return loop_error(errno, "open '" + node + "'");
  return fail(ErrorKind::Failed, "open '" + node + "': the loop is attached, but it has no node",
              "mount devtmpfs on /dev");
}

// NotFound: nothing is attached any more.
Result<OpenLoop> open_attached(int number) {
  COWHERD_ASSIGN(UniqueFd fd, open_loop(number));
  return describe(std::move(fd), node_of(number));
}

std::optional<int> loop_number(const std::string& name) {
  if (name.rfind("loop", 0) != 0) return std::nullopt;
  int number = -1;
  const auto [end, error] = std::from_chars(name.data() + 4, name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

// The loops that have a file: /sys/block/loopN/loop exists for those only.
Result<std::vector<int>> attached_numbers() {
  if (::access(kLoopControl, F_OK) != 0) {
    return fail(
        errno_error(errno, "open '" + std::string(kLoopControl) + "'").with_hint("try 'modprobe loop'"));
  }
  std::error_code error;
  std::vector<int> numbers;
  std::filesystem::directory_iterator entries("/sys/block", error);
  for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error)) {
    const auto number = loop_number(entries->path().filename().string());
    std::error_code gone;
    if (number && std::filesystem::exists(entries->path() / "loop", gone)) numbers.push_back(*number);
  }
  if (error) return fail(ErrorKind::Failed, "list '/sys/block': " + error.message());
  return numbers;
}

// Those on the file. The others are asked for their file only, as there may be many.
Result<std::vector<OpenLoop>> open_all_on(const FileId& file) {
  COWHERD_ASSIGN(const std::vector<int> numbers, attached_numbers());
  std::vector<OpenLoop> all;
  for (const int number : numbers) {
    auto fd = open_loop(number);
    if (!fd && fd.error().kind == ErrorKind::NotFound) continue;  // it went meanwhile
    if (!fd) return fail(std::move(fd).error());
    loop_info64 info{};
    if (::ioctl(fd->get(), LOOP_GET_STATUS64, &info) == 0 && FileId{info.lo_device, info.lo_inode} != file) continue;
    auto open = describe(*std::move(fd), node_of(number));
    if (!open && open.error().kind == ErrorKind::NotFound) continue;
    if (!open) return fail(std::move(open).error());
    all.push_back(*std::move(open));
  }
  return all;
}

class Handle final : public LoopHandle {
 public:
  explicit Handle(OpenLoop open) : open_(std::move(open)) {}
  const LoopDevice& loop() const override { return open_.loop; }
  bool made() const override { return open_.made; }
  Result<std::string> read_front(Bytes count) override;

 private:
  OpenLoop open_;
};

// O_DIRECT: what device-mapper wrote through to the loop is not in the loop's own page cache.
Result<std::string> Handle::read_front(Bytes count) {
  const std::string doing = "read the front of loop device " + to_string(open_.loop.device);
  const std::string path = "/proc/self/fd/" + std::to_string(open_.fd.get());
  const UniqueFd direct(::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  if (!direct.valid()) return loop_error(errno, doing);
  const std::unique_ptr<void, decltype(&std::free)> buffer(std::aligned_alloc(kDirectAlignment, count.value),
                                                           &std::free);
  if (!buffer) return loop_error(ENOMEM, doing);
  std::string front;
  while (front.size() < count.value) {
    const ssize_t got =
        ::pread(direct.get(), buffer.get(), count.value - front.size(), static_cast<off_t>(front.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return loop_error(errno, doing);
    if (got == 0) break;
    front.append(static_cast<const char*>(buffer.get()), static_cast<std::size_t>(got));
  }
  return front;
}

struct Backing {
  UniqueFd fd{};
  FileId id{};
};

// A write lease is given when no other descriptor has the file open, a read lease when none has it open for writing, a
// loop's included. No: or it cannot be told. It is given back at once; who opens the file just then waits that long.
bool lease_is_given(const UniqueFd& fd, int kind) {
  // What the kernel sends to the holder of a lease that is in the way: a signal that is ignored.
  if (::fcntl(fd.get(), F_SETSIG, SIGURG) != 0 || ::fcntl(fd.get(), F_SETLEASE, kind) != 0) return false;
  return ::fcntl(fd.get(), F_SETLEASE, F_UNLCK) == 0;
}

// The loop of that number, if it is one that readers of the file may share.
std::optional<OpenLoop> shared_image(int number, const Backing& backing) {
  auto open = open_attached(number);
  if (!open || open->loop.backing != backing.id || open->loop.access != LoopAccess::ReadOnly || !open->whole) return std::nullopt;
  if (!lease_is_given(backing.fd, F_RDLCK)) return std::nullopt;  // perhaps another loop writes to it
  return *std::move(open);
}

Result<Backing> open_backing(const std::string& file, LoopAccess access) {
  const int mode = access == LoopAccess::ReadOnly ? O_RDONLY : O_RDWR;
  Backing backing;
  backing.fd.reset(::open(file.c_str(), mode | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!backing.fd.valid()) return loop_error(errno, "open '" + file + "'");
  struct stat found {};
  if (::fstat(backing.fd.get(), &found) != 0) return loop_error(errno, "stat '" + file + "'");
  if (!S_ISREG(found.st_mode))
    return fail(ErrorKind::Invalid, "attach '" + file + "': it is no regular file");
  backing.id = {found.st_dev, found.st_ino};
  return backing;
}

// Nothing: the free loop was taken by somebody else, try again.
Result<std::optional<OpenLoop>> configure_free(const UniqueFd& control, const Backing& backing,
                                               LoopAccess access, const std::string& doing) {
  const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
  if (number < 0) return loop_error(errno, doing + ": get a free loop device");
  const std::string node = node_of(number);
  const int mode = access == LoopAccess::ReadOnly ? O_RDONLY : O_RDWR;
  UniqueFd fd(::open(node.c_str(), mode | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) {
    return fail(ErrorKind::Failed, doing + ": the kernel offers " + node + ", but it has no node",
                "mount devtmpfs on /dev");
  }
  if (!fd.valid() && errno == ENXIO) return std::optional<OpenLoop>{};  // being cleared just now
  if (!fd.valid()) return loop_error(errno, doing + ": open '" + node + "'");
  loop_config config{};
  config.fd = static_cast<__u32>(backing.fd.get());
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  if (access == LoopAccess::ReadOnly) config.info.lo_flags |= LO_FLAGS_READ_ONLY;
  if (::ioctl(fd.get(), LOOP_CONFIGURE, &config) != 0) {
    if (errno == EBUSY) return std::optional<OpenLoop>{};
    return loop_error(errno, doing + ": configure '" + node + "'");
  }
  COWHERD_ASSIGN(OpenLoop open, describe(std::move(fd), node));
  open.made = true;
  return std::optional<OpenLoop>(std::move(open));
}

Result<OpenLoop> configure(const std::string& file, const Backing& backing, LoopAccess access) {
  const std::string doing = "attach '" + file + "'";
  const UniqueFd control(::open(kLoopControl, O_RDWR | O_CLOEXEC));
  if (!control.valid()) return loop_error(errno, doing + ": open '" + kLoopControl + "'");
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COWHERD_ASSIGN(std::optional<OpenLoop> open, configure_free(control, backing, access, doing));
    if (open) return *std::move(open);
  }
  return fail(ErrorKind::Busy, doing + ": other programs took every free loop device first");
}

}  // namespace

Result<std::vector<LoopDevice>> KernelLoopDevices::list() {
  const std::lock_guard lock(opening_);
  COWHERD_ASSIGN(const std::vector<int> numbers, attached_numbers());
  std::vector<LoopDevice> loops;
  for (const int number : numbers) {
    auto open = open_attached(number);
    if (!open && open.error().kind == ErrorKind::NotFound) continue;
    if (!open) return fail(std::move(open).error());
    loops.push_back(open->loop);
  }
  return loops;
}

Result<std::unique_ptr<LoopHandle>> KernelLoopDevices::attach(const std::string& file, LoopAccess access) {
  const std::lock_guard lock(opening_);
  auto loop = attach_locked(file, access);
  if (loop && access == LoopAccess::ReadOnly) {
    images_[(*loop)->loop().backing] = static_cast<int>((*loop)->loop().device.minor);
  }
  return loop;
}

Result<std::unique_ptr<LoopHandle>> KernelLoopDevices::attach_locked(const std::string& file, LoopAccess access) {
  COWHERD_ASSIGN(const Backing backing, open_backing(file, access));
  std::optional<OpenLoop> same;
  if (const auto known = images_.find(backing.id); known != images_.end() && access == LoopAccess::ReadOnly) {
    same = shared_image(known->second, backing);
    if (same) return std::unique_ptr<LoopHandle>(std::make_unique<Handle>(*std::move(same)));
    images_.erase(known);
  }
  const bool may_have_a_loop = access == LoopAccess::ReadOnly || !lease_is_given(backing.fd, F_WRLCK);
  std::vector<OpenLoop> loops;
  if (may_have_a_loop) {
    COWHERD_ASSIGN(loops, open_all_on(backing.id));
  }
  for (OpenLoop& open : loops) {
    const bool writable = access == LoopAccess::ReadWrite || open.loop.access == LoopAccess::ReadWrite;
    if (writable && (same || open.loop.access != access || !open.whole)) {
      return fail(ErrorKind::Busy,
                  "attach '" + file + "': loop device " + to_string(open.loop.device) + " has it",
                  "find its holder with 'losetup -l' and 'lsblk'");
    }
    if (open.whole && !same) same = std::move(open);
  }
  if (!same) {
    COWHERD_ASSIGN(same, configure(file, backing, access));
  }
  return std::unique_ptr<LoopHandle>(std::make_unique<Handle>(*std::move(same)));
}

Status KernelLoopDevices::refresh_size(DeviceNumber device) {
  const std::lock_guard lock(opening_);
  const std::string doing = "refresh the size of loop device " + to_string(device);
  std::error_code error;
  const auto link = std::filesystem::read_symlink("/sys/dev/block/" + to_string(device), error);
  const auto number = error ? std::nullopt : loop_number(link.filename().string());
  if (!number) return fail(errno_error(ENXIO, doing));
  COWHERD_ASSIGN(const OpenLoop open, open_attached(*number));
  if (::ioctl(open.fd.get(), LOOP_SET_CAPACITY, 0) != 0) return loop_error(errno, doing);
  return {};
}

}  // namespace cowherd
