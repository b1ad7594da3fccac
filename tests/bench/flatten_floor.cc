// SPDX-License-Identifier: Apache-2.0
// The least that flattening takes: clone the base or copy its data, write the changed chunks over it, fsync. It checks
// nothing and publishes nothing. Usage: flatten_floor BASE STORE OUTPUT SIZE
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr off_t kChunk = 4096;
constexpr std::size_t kEntries = 256;

void need(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(1);
}

void copy_data(int from, int to) {
  std::vector<char> buffer(1 << 20);
  off_t at = 0;
  while ((at = ::lseek(from, at, SEEK_DATA)) >= 0) {
    const off_t end = ::lseek(from, at, SEEK_HOLE);
    while (at < end) {
      const auto want = static_cast<std::size_t>(end - at < (1 << 20) ? end - at : 1 << 20);
      const ssize_t got = ::pread(from, buffer.data(), want, at);
      need(got > 0 && ::pwrite(to, buffer.data(), static_cast<std::size_t>(got), at) == got, "copy");
      at += got;
    }
  }
}

void lay_changed(int store, int to) {
  std::vector<std::uint64_t> area(2 * kEntries);
  char chunk[kChunk];
  for (off_t at = 1;; at += kEntries + 1) {
    need(::pread(store, area.data(), kChunk, at * kChunk) == kChunk, "read an area");
    for (std::size_t i = 0; i < kEntries; ++i) {
      if (area[2 * i + 1] == 0) return;
      need(::pread(store, chunk, kChunk, static_cast<off_t>(area[2 * i + 1]) * kChunk) == kChunk, "read a chunk");
      need(::pwrite(to, chunk, kChunk, static_cast<off_t>(area[2 * i]) * kChunk) == kChunk, "write a chunk");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  const int base = ::open(argv[1], O_RDONLY);
  const int store = ::open(argv[2], O_RDONLY);
  const int output = ::open(argv[3], O_WRONLY | O_CREAT | O_EXCL, 0600);
  need(base >= 0 && store >= 0 && output >= 0, "open");
  if (::ioctl(output, FICLONE, base) != 0) copy_data(base, output);
  need(::ftruncate(output, std::atoll(argv[4])) == 0, "resize");
  lay_changed(store, output);
  need(::fsync(output) == 0, "fsync");
  return 0;
}
