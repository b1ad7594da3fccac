// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/private_image.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "resources/files/publish.h"
#include "resources/files/system_calls.h"

namespace cowherd {
namespace {

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

}  // namespace

Result<PrivateImage> open_private_image(const std::string& path) {
  COWHERD_ASSIGN(UniqueFd image, open_path(path, O_RDWR | O_NOFOLLOW, "open"));
  struct stat found {};
  if (::fstat(image.get(), &found) != 0) return fail(path_error(errno, "look at", path));
  if (found.st_nlink == 1 && found.st_uid == ::geteuid()) return PrivateImage{std::move(image), std::nullopt};
  COWHERD_ASSIGN(UniqueFd copy, open_path(parent_of(path), O_TMPFILE | O_RDWR, "make a file without a name in"));
  const bool reflinked = ::ioctl(copy.get(), FICLONE, image.get()) == 0;
  if (!reflinked) COWHERD_TRY(copy_data(image.get(), copy.get(), found.st_size).in("making a private copy of '" + path + "'"));
  COWHERD_ASSIGN(const Bytes size, allocated_size(copy));
  return PrivateImage{std::move(copy), ImageCopy{reflinked ? ImageCopy::How::Reflinked : ImageCopy::How::Copied, size}};
}

Status give_image(const UniqueFd& image, std::uint32_t user, const std::string& path) {
  if (::fchown(image.get(), user, user) == 0) return {};
  return fail(path_error(errno, "give to user " + std::to_string(user), path));
}

}  // namespace cowherd
