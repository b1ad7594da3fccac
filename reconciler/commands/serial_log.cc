// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/serial_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr std::size_t kPiece = 1 << 16;
constexpr std::size_t kMostAtOnce = 16 << 20;
constexpr std::size_t kRemembered = 4096;
constexpr std::size_t kSure = 16;  // fewer bytes that agree may do so by chance
constexpr int kAttempts = 3;

struct Content {
  FileStamp stamp{};
  std::string text{};
};

// From the offset on. A file that is not there is an empty one.
Result<Content> read_from(const std::string& path, std::uint64_t offset) {
  const Result<UniqueFd> file = open_path(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, "open log");
  if (!file && file.error().kind == ErrorKind::NotFound) return Content{};
  if (!file) return fail(file.error());
  struct stat found {};
  if (::fstat(file->get(), &found) != 0) return fail(path_error(errno, "look at", path));
  Content content{to_stamp(found), {}};
  while (content.text.size() < kMostAtOnce) {
    std::string piece(kPiece, '\0');
    const ssize_t got = ::pread(file->get(), piece.data(), piece.size(), static_cast<off_t>(offset + content.text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(path_error(errno, "read", path));
    if (got == 0) break;
    content.text.append(piece, 0, static_cast<std::size_t>(got));
  }
  return content;
}

Result<FileStamp> stamp_of(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) return to_stamp(found);
  if (errno == ENOENT) return FileStamp{};
  return fail(path_error(errno, "look at", path));
}

// Where in a text what was read last ends; the text may begin in the middle of that. Nothing: it is not there.
std::optional<std::size_t> end_of_known(const std::string& text, const std::string& known) {
  for (std::size_t end = text.size(); end > 0; --end) {
    const std::size_t length = std::min(end, known.size());
    if (length < std::min(known.size(), kSure)) break;
    if (text.compare(end - length, length, known, known.size() - length, length) == 0) return end;
  }
  return std::nullopt;
}

bool is_same(const FileStamp& one, const FileStamp& other) { return one.id == other.id && one.mtime_ns == other.mtime_ns; }

}  // namespace

void SerialLog::remember(const std::string& text) {
  last_ += text;
  if (last_.size() > kRemembered) last_.erase(0, last_.size() - kRemembered);
}

Result<std::string> SerialLog::kept() {
  for (int i = 0; i < kAttempts; ++i) {
    COWHERD_ASSIGN(const Content cut, read_from(cut_path(), 0));
    COWHERD_ASSIGN(const Content log, read_from(path_, 0));
    COWHERD_ASSIGN(const FileStamp cut_since, stamp_of(cut_path()));
    if (!is_same(cut.stamp, cut_since) && i + 1 < kAttempts) continue;
    cut_ = cut.stamp;
    offset_ = log.text.size();
    remember(log.text);
    return cut.text + log.text;
  }
  return std::string();
}

Result<std::string> SerialLog::missed() const {
  COWHERD_ASSIGN(const Content cut, read_from(cut_path(), 0));
  if (last_.empty()) return cut.text;
  const std::optional<std::size_t> end = end_of_known(cut.text, last_);
  return end ? cut.text.substr(*end) : "\n[some of the log was cut before it was read]\n" + cut.text;
}

Result<std::string> SerialLog::more() {
  COWHERD_ASSIGN(const FileStamp cut, stamp_of(cut_path()));
  COWHERD_ASSIGN(const FileStamp log, stamp_of(path_));
  std::string text;
  if (!is_same(cut, cut_)) {
    if (log.size.value >= offset_ && offset_ > 0 && !is_being_cut_) {
      is_being_cut_ = true;
      return text;
    }
    COWHERD_ASSIGN(text, missed());
    cut_ = cut;
    offset_ = 0;
  } else if (log.size.value < offset_) {
    offset_ = 0;
  }
  is_being_cut_ = false;
  COWHERD_ASSIGN(const Content content, read_from(path_, offset_));
  offset_ += content.text.size();
  text += content.text;
  remember(text);
  return text;
}

std::string last_lines(const std::string& text, std::size_t lines) {
  if (lines == 0) return {};
  std::size_t begin = text.size();
  if (begin > 0 && text.back() == '\n') --begin;
  for (std::size_t found = 0; begin > 0; --begin) {
    if (text[begin - 1] == '\n' && ++found == lines) break;
  }
  return text.substr(begin);
}

}  // namespace cowherd
