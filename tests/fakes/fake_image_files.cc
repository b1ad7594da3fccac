// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_image_files.h"

#include <algorithm>
#include <utility>

namespace cowherd::testing {

Status BufferMemory::read(Bytes offset, std::span<char> to) const {
  if (offset.value > bytes_.size() || to.size() > bytes_.size() - offset.value) {
    return fail(ErrorKind::Stale, "read the buffer: it ends before");
  }
  std::copy_n(bytes_.data() + offset.value, to.size(), to.data());
  return {};
}

Result<PageRange> BufferMemory::next_data(Bytes offset) const { return PageRange{offset, size() - offset}; }

class FakeImageFiles::Writer final : public ImageWriter {
 public:
  Writer(FakeImageFiles& files, std::string path) : files_(files), path_(std::move(path)) {}

  Status write(Bytes offset, std::string_view bytes) override {
    return files_.faults_.call("write into " + path_, [&] { return lay(offset, bytes); });
  }

  Result<CopyCount> copy(const MemorySource& from, Bytes offset, Bytes length, Bytes to) override {
    return files_.faults_.call("copy into " + path_, [&]() -> Result<CopyCount> {
      std::string bytes(length.value, '\0');
      COWHERD_TRY(from.read(offset, {bytes.data(), bytes.size()}));
      COWHERD_TRY(lay(to, bytes));
      return CopyCount{{}, length};
    });
  }

  Status resize(Bytes size) override { return files_.files_.resize(path_, size); }

 private:
  Status lay(Bytes offset, std::string_view bytes) {
    COWHERD_ASSIGN(FakeContent content, files_.files_.content_of(path_));
    const std::size_t end = offset.value + bytes.size();
    if (content.bytes.size() < end) content.bytes.resize(end, '\0');
    content.bytes.replace(offset.value, bytes.size(), bytes);
    content.size = std::max(content.size, Bytes{end});
    return files_.files_.set_content(path_, std::move(content));
  }

  FakeImageFiles& files_;
  std::string path_;
};

Result<std::unique_ptr<MemorySource>> FakeImageFiles::open(const std::string& path) {
  return faults_.call("open " + path, [&]() -> Result<std::unique_ptr<MemorySource>> {
    const auto found = files_.peek_stamp(path);
    if (found && found->type != FileType::Regular)
      return fail(ErrorKind::Invalid, "open '" + path + "': no file");
    COWHERD_ASSIGN(FakeContent content, files_.content_of(path));
    content.bytes.resize(content.size.value, '\0');
    return std::unique_ptr<MemorySource>(std::make_unique<BufferMemory>(std::move(content.bytes)));
  });
}

Result<std::unique_ptr<ImageWriter>> FakeImageFiles::create(const std::string& path) {
  return faults_.call("create " + path, [&]() -> Result<std::unique_ptr<ImageWriter>> {
    if (files_.exists(path)) return fail(ErrorKind::Busy, "create '" + path + "': File exists (EEXIST)");
    COWHERD_TRY(files_.set_content(path, {}));
    return std::unique_ptr<ImageWriter>(std::make_unique<Writer>(*this, path));
  });
}

}  // namespace cowherd::testing
