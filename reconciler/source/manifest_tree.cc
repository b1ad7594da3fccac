// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/manifest_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "resources/files/unique_fd.h"

namespace cowherd {

namespace {

constexpr int kResolveAttempts =
    16;  // RESOLVE_BENEATH answers EAGAIN while a rename races with the walk (openat2(2))

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

std::string quoted(const std::string& path) { return "'" + (path.empty() ? std::string(".") : path) + "'"; }

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::Regular;
  if (S_ISDIR(mode)) return FileType::Directory;
  if (S_ISLNK(mode)) return FileType::Symlink;
  return FileType::Other;
}

// Saturates in the year 2242: some file systems store times that nanoseconds in 64 bits do not reach.
std::int64_t nanoseconds(const timespec& time) {
  constexpr std::int64_t kFarthest = 8'600'000'000;
  return std::clamp<std::int64_t>(time.tv_sec, -kFarthest, kFarthest) * 1'000'000'000 + time.tv_nsec;
}

Result<FileStamp> stamp_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail(errno_error(errno, "look at " + quoted(path)));
  FileStamp stamp;
  stamp.id = {status.st_dev, status.st_ino};
  stamp.type = type_of(status.st_mode);
  stamp.size = {static_cast<std::uint64_t>(status.st_size)};
  stamp.mtime_ns = nanoseconds(status.st_mtim);
  stamp.ctime_ns = nanoseconds(status.st_ctim);
  return stamp;
}

Result<UniqueFd> open_beneath(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  for (int attempt = 0;; ++attempt) {
    const long fd = ::syscall(SYS_openat2, root, name, &how, sizeof how);
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    if ((errno != EAGAIN && errno != EINTR) || attempt == kResolveAttempts) break;
  }
  return fail(errno_error(errno, "open " + quoted(path)));
}

// Some file systems do not tell the type of an entry while listing.
FileType entry_type(int directory, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return FileType::Regular;
    case DT_DIR:
      return FileType::Directory;
    case DT_LNK:
      return FileType::Symlink;
    case DT_UNKNOWN:
      break;
    default:
      return FileType::Other;
  }
  struct stat status {};
  if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return FileType::Regular;
  return type_of(status.st_mode);
}

class HostTree final : public ManifestTree {
 public:
  HostTree(std::string directory, UniqueFd root, FileId id)
      : directory_(std::move(directory)), root_(std::move(root)), id_(id) {}

  Result<std::vector<FileEntry>> list(const std::string& directory, std::size_t most) override {
    COWHERD_ASSIGN(UniqueFd fd, open_beneath(root_.get(), directory, O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(fd.get()));
    if (!stream) return fail(errno_error(errno, "list " + quoted(directory)));
    const int raw = fd.release();  // closedir closes it
    std::vector<FileEntry> entries;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr && errno != 0) return fail(errno_error(errno, "list " + quoted(directory)));
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (entries.size() == most) {
        return fail(ErrorKind::Exhausted,
                    "list " + quoted(directory) + ": more than " + std::to_string(most) + " entries");
      }
      entries.push_back({name, entry_type(raw, *entry)});
    }
    std::sort(entries.begin(), entries.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.name < b.name; });
    return entries;
  }

  Result<FileStamp> stat(const std::string& path) override {
    COWHERD_ASSIGN(const UniqueFd fd, open_beneath(root_.get(), path, O_PATH));
    return stamp_of(fd.get(), path);
  }

  Result<TreeText> read(const std::string& path, Bytes limit) override {
    COWHERD_ASSIGN(const FileStamp first, stat(path));
    if (first.type != FileType::Regular) return fail(not_regular(path));
    // O_NONBLOCK: it may have become a FIFO since.
    COWHERD_ASSIGN(const UniqueFd fd, open_beneath(root_.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    TreeText result;
    COWHERD_ASSIGN(result.before, stamp_of(fd.get(), path));
    if (result.before.type != FileType::Regular) return fail(not_regular(path));
    COWHERD_ASSIGN(result.text, read_open_file(fd.get(), limit, path));
    COWHERD_ASSIGN(result.after, stamp_of(fd.get(), path));
    return result;
  }

  Result<FileType> type_anywhere(const std::string& path) override {
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? std::string() : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    COWHERD_ASSIGN(const UniqueFd directory, open_beneath(root_.get(), parent, O_PATH | O_DIRECTORY));
    struct stat status {};
    if (::fstatat(directory.get(), name.c_str(), &status, 0) != 0) {
      return fail(errno_error(errno, "look at " + quoted(path)));
    }
    return type_of(status.st_mode);
  }

  Status still_there() override {
    const UniqueFd again(::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!again.valid()) {
      Error error = errno_error(errno, "open directory " + quoted(directory_) + " again");
      error.kind = ErrorKind::Stale;
      return fail(std::move(error));
    }
    COWHERD_ASSIGN(const FileStamp stamp, stamp_of(again.get(), directory_));
    if (stamp.id == id_) return {};
    return fail(ErrorKind::Stale, "directory " + quoted(directory_) + " was replaced while it was read");
  }

 private:
  static Error not_regular(const std::string& path) {
    return make_error(ErrorKind::Invalid, "read " + quoted(path) + ": not a regular file");
  }

  std::string directory_;
  UniqueFd root_;
  FileId id_;
};

}  // namespace

Result<std::unique_ptr<ManifestTree>> HostTrees::open(const std::string& directory) {
  UniqueFd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) {
    Error error = errno_error(errno, "open directory " + quoted(directory));
    if (error.errno_value == ENOTDIR) error.kind = ErrorKind::Invalid;
    if (error.errno_value == ENOENT) error.hint = "make it, or name another one with --manifests";
    return fail(std::move(error));
  }
  COWHERD_ASSIGN(const FileStamp stamp, stamp_of(root.get(), directory));
  return std::make_unique<HostTree>(directory, std::move(root), stamp.id);
}

Result<std::string> read_open_file(int fd, Bytes limit, const std::string& what) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "read " + quoted(what)));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limit.value) {
      return fail(ErrorKind::Invalid, "read " + quoted(what) + ": larger than " + print_quantity(limit));
    }
  }
}

}  // namespace cowherd
