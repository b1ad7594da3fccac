// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/private_image.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "resources/files/publish.h"
#include "resources/files/system_calls.h"

namespace cowherd {
namespace {

constexpr unsigned kReservePercent = 5;
constexpr std::uint64_t kStatBlock = 512;  // of st_blocks, whatever the file system's own is

Status copy_range(int from, int to, off_t begin, off_t end) {
  off_t in = begin;
  off_t out = begin;
  while (in < end) {
    const ssize_t done = ::copy_file_range(from, &in, to, &out, static_cast<std::size_t>(end - in), 0);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fail(errno_error(errno, "copy a memory image"));
    if (done == 0) return fail(ErrorKind::Corrupt, "copy a memory image: it became shorter");
  }
  return {};
}

Status copy_data(int from, int to, off_t size) {
  if (::ftruncate(to, size) != 0) return fail(errno_error(errno, "copy a memory image"));
  off_t end = 0;
  while (end < size) {
    const off_t begin = ::lseek(from, end, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) return {};  // a hole until the end
    if (begin < 0) return fail(errno_error(errno, "copy a memory image"));
    end = ::lseek(from, begin, SEEK_HOLE);
    if (end < 0) return fail(errno_error(errno, "copy a memory image"));
    COWHERD_TRY(copy_range(from, to, begin, end));
  }
  return {};
}

Result<Bytes> allocated_size(const UniqueFd& file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return fail(errno_error(errno, "look at a copy of a memory image"));
  return Bytes{static_cast<std::uint64_t>(found.st_blocks) * kStatBlock};
}

// It lasts as long as its VM, which other guests must not pay for with the last of their space.
Status fits(const UniqueFd& copy, const std::string& path, Bytes needed) {
  struct statvfs space {};
  if (::fstatvfs(copy.get(), &space) != 0) return fail(path_error(errno, "ask for the space beside", path));
  const std::uint64_t free = space.f_bavail * space.f_frsize;
  const std::uint64_t reserve = space.f_blocks * space.f_frsize / 100 * kReservePercent;
  if (free >= reserve && needed.value <= free - reserve) return {};
  return fail(ErrorKind::Exhausted, "a private copy of '" + path + "' takes " + print_quantity(needed) + ", and of " +
                                        print_quantity(Bytes{free}) + " that are free " + std::to_string(kReservePercent) +
                                        " % of the file system stay so",
              "make room, keep it on a file system with reflinks (XFS, btrfs), or set confinement.users to Never");
}

// A file without a name; where the file system has none, one whose name goes at once.
Result<UniqueFd> nameless_file(const std::string& beside) {
  Result<UniqueFd> made = open_path(parent_of(beside), O_TMPFILE | O_RDWR, "make a file without a name in");
  if (made || (made.error().errno_value != EOPNOTSUPP && made.error().errno_value != EISDIR)) return made;
  const std::string name = parent_of(beside) + "/" + std::string(kStagingPrefix) + "copy-" + name_of(beside);
  ::unlink(name.c_str());  // of a start that was killed here
  made = open_path(name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, "create");
  if (made && ::unlink(name.c_str()) != 0) return fail(path_error(errno, "remove the name of", name));
  return made;
}

}  // namespace

Result<PrivateImage> open_private_image(const std::string& path) {
  COWHERD_ASSIGN(UniqueFd image, open_path(path, O_RDWR | O_NOFOLLOW, "open"));
  struct stat found {};
  if (::fstat(image.get(), &found) != 0) return fail(path_error(errno, "look at", path));
  if (found.st_nlink == 1 && found.st_uid == ::geteuid()) return PrivateImage{std::move(image), std::nullopt};
  COWHERD_ASSIGN(UniqueFd copy, nameless_file(path));
  const bool reflinked = ::ioctl(copy.get(), FICLONE, image.get()) == 0;
  if (!reflinked) {
    COWHERD_TRY(fits(copy, path, Bytes{static_cast<std::uint64_t>(found.st_blocks) * kStatBlock}));
    COWHERD_TRY(copy_data(image.get(), copy.get(), found.st_size).in("making a private copy of '" + path + "'"));
  }
  COWHERD_ASSIGN(const Bytes size, allocated_size(copy));
  return PrivateImage{std::move(copy), ImageCopy{reflinked ? ImageCopy::How::Reflinked : ImageCopy::How::Copied, size}};
}

Status give_image(const UniqueFd& image, std::uint32_t user, const std::string& path) {
  if (::fchown(image.get(), user, user) == 0) return {};
  return fail(path_error(errno, "give to user " + std::to_string(user), path));
}

}  // namespace cowherd
