// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_file_parts.h"

#include <algorithm>
#include <utility>

namespace cowherd::testing {

class FakeFileParts::Reader final : public FileReader {
 public:
  Reader(FakeFileParts& parts, std::string path) : parts_(parts), path_(std::move(path)) {}

  Result<FileStamp> stamp() override {
    return parts_.faults_.call("stamp open " + path_, [&] { return parts_.files_.stamp_of(path_); });
  }

  Result<std::string> read(Bytes offset, Bytes count) override {
    return parts_.faults_.call("read part of " + path_, [&]() -> Result<std::string> {
      COWHERD_ASSIGN(const FakeContent content, parts_.files_.content_of(path_));
      if (offset >= content.size) return std::string();
      std::string bytes;
      if (offset.value < content.bytes.size()) bytes = content.bytes.substr(offset.value, count.value);
      bytes.resize(std::min(count, content.size - offset).value, '\0');
      return bytes;
    });
  }

  Writers writers() override {
    const auto known = parts_.writers_.find(path_);
    return known == parts_.writers_.end() ? Writers::None : known->second;
  }

 private:
  FakeFileParts& parts_;
  std::string path_;
};

class FakeFileParts::Patcher final : public FilePatcher {
 public:
  Patcher(FakeFileParts& parts, std::string path) : parts_(parts), path_(std::move(path)) {}

  Status write(Bytes offset, std::string_view bytes) override {
    if (const auto act = std::exchange(parts_.meanwhile_, nullptr)) act();
    return parts_.faults_.call("write part of " + path_, [&] { return put(offset, bytes); });
  }

  Status zero(Bytes offset, Bytes count) override {
    return parts_.faults_.call("zero part of " + path_, [&]() -> Status {
      COWHERD_ASSIGN(const FakeContent content, parts_.files_.content_of(path_));
      if (offset.value >= content.bytes.size()) return {};  // a hole already
      const std::uint64_t end = std::min<std::uint64_t>(offset.value + count.value, content.bytes.size());
      return put(offset, std::string(end - offset.value, '\0'));
    });
  }

 private:
  Status put(Bytes offset, std::string_view bytes) {
    COWHERD_ASSIGN(FakeContent content, parts_.files_.content_of(path_));
    if (offset + Bytes{bytes.size()} > content.size) {
      return fail(ErrorKind::Failed, "write '" + path_ + "': past its end, which no caller may");
    }
    if (content.bytes.size() < offset.value + bytes.size()) content.bytes.resize(offset.value + bytes.size(), '\0');
    content.bytes.replace(offset.value, bytes.size(), bytes);
    return parts_.files_.set_content(path_, std::move(content));
  }

  FakeFileParts& parts_;
  std::string path_;
};

Status FakeFileParts::is_regular(const std::string& path, std::string_view doing) const {
  COWHERD_ASSIGN(const FileStamp stamp, files_.stamp_of(path));
  if (stamp.type == FileType::Regular) return {};
  return fail(ErrorKind::Invalid, std::string(doing) + " '" + path + "': it is not a regular file");
}

Result<std::unique_ptr<FileReader>> FakeFileParts::open(const std::string& path) {
  return faults_.call("open " + path, [&]() -> Result<std::unique_ptr<FileReader>> {
    COWHERD_TRY(is_regular(path, "open"));
    return std::make_unique<Reader>(*this, path);
  });
}

Result<std::unique_ptr<FilePatcher>> FakeFileParts::patch(const std::string& path) {
  return faults_.call("patch " + path, [&]() -> Result<std::unique_ptr<FilePatcher>> {
    COWHERD_TRY(is_regular(path, "change"));
    return std::make_unique<Patcher>(*this, path);
  });
}

}  // namespace cowherd::testing
