// SPDX-License-Identifier: Apache-2.0
#include "resources/store/seed_snapshot.h"

#include <algorithm>

#include "resources/block/disk.h"
#include "resources/files/json.h"
#include "resources/memory/generation.h"
#include "resources/store/layout.h"

namespace cowherd {

namespace {

constexpr Bytes kMetaLimit = 64_KiB;

class SeedReader {
 public:
  SeedReader(FileSystem& files, const std::string& directory, std::vector<FileEntry> entries)
      : files_(files), directory_(directory), entries_(std::move(entries)) {}

  Result<SeedSnapshot> read() {
    COWHERD_TRY(read_disk());
    read_memory();
    return std::move(seed_);
  }

 private:
  bool has(std::string_view name) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const FileEntry& entry) { return entry.name == name; });
  }
  bool has_memory_file() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const FileEntry& entry) { return is_memory_file(entry.name); });
  }

  // Nothing when it is no regular file with something in it, which is then told.
  std::optional<FileStamp> content(const std::string& name, const Result<FileStamp>& stamp) {
    if (!stamp) {
      seed_.missing.push_back(name + ": " + stamp.error().message);
    } else if (stamp->type != FileType::Regular) {
      seed_.missing.push_back(name + " is not a regular file");
    } else if (stamp->size.value == 0) {
      seed_.missing.push_back(name + " is empty");
    } else {
      return *stamp;
    }
    return std::nullopt;
  }

  static bool could_not_be_seen(const Error& error) {
    return error.kind != ErrorKind::NotFound && error.kind != ErrorKind::Invalid;
  }

  Status read_disk() {
    const bool is_flat = has(kRootfsFile);
    if (!is_flat && !has(kCowFile)) {
      seed_.missing.push_back(std::string("there is no disk: neither ") + kRootfsFile + " nor " + kCowFile);
      return {};
    }
    const char* name = is_flat ? kRootfsFile : kCowFile;
    const Result<FileStamp> file = files_.stat(directory_ + "/" + name);
    if (!file && could_not_be_seen(file.error())) return fail(file.error());
    const auto stamp = content(name, file);
    if (!stamp) return {};
    if (!is_flat) {
      COWHERD_TRY(read_base());
      if (seed_.base_image.empty()) return {};
    }
    seed_.disk = is_flat ? SeedSnapshot::Disk::Flat : SeedSnapshot::Disk::Store;
    seed_.stamp = *stamp;
    return {};
  }

  // The base that rootfs.meta names. One that is not there is told, and known all the same.
  Status read_base() {
    if (!has(kMetaFile)) {
      seed_.missing.push_back(std::string(kMetaFile) + " is missing: nothing says on which image " + kCowFile + " stands");
      return {};
    }
    const Result<std::string> text = files_.read(directory_ + "/" + kMetaFile, kMetaLimit);
    if (!text && could_not_be_seen(text.error())) return fail(text.error());
    const Result<Value> meta = text ? parse_json(*text) : fail(text.error());
    const Value* named = meta ? meta->find("base_template") : nullptr;
    const std::string* path = named != nullptr ? named->as_string() : nullptr;
    if (path == nullptr || !path->starts_with("/")) {
      seed_.missing.push_back(std::string(kMetaFile) + ": " +
                              (meta ? "base_template is no absolute path" : meta.error().message));
      return {};
    }
    const Result<FileStamp> base = files_.stat(*path);
    if (!base && could_not_be_seen(base.error())) return fail(base.error());
    if (!base) seed_.missing.push_back("base image '" + *path + "' is not there");
    seed_.base_image = *path;
    return {};
  }

  // A disk without any memory is whole.
  void read_memory() {
    const bool has_state = has(kStateFile);
    const bool has_header = has(kHeaderName);
    if (!has_state && !has_header && !has_memory_file()) return;
    const bool has_content = has_state && content(kStateFile, files_.stat(directory_ + "/" + kStateFile)).has_value();
    if (!has_state) seed_.missing.push_back(std::string(kStateFile) + " is missing: there is memory without the state of its devices");
    if (!has_header) {
      seed_.missing.push_back(std::string(kHeaderName) + " is missing: nothing says what the memory files hold");
      return;
    }
    const Result<Generation> generation = load_generation(files_, directory_);
    if (!generation) seed_.missing.push_back(generation.error().message);
    seed_.has_memory = generation.has_value() && has_content;
  }

  FileSystem& files_;
  const std::string& directory_;
  std::vector<FileEntry> entries_;
  SeedSnapshot seed_{};
};

}  // namespace

Result<SeedSnapshot> look_at_seed(FileSystem& files, const std::string& directory) {
  COWHERD_ASSIGN(std::vector<FileEntry> entries, files.list(directory));
  return SeedReader(files, directory, std::move(entries)).read();
}

}  // namespace cowherd
