// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/build_generation.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "resources/files/all_zero.h"
#include "resources/files/pace.h"

namespace cowherd {

namespace {

constexpr Bytes kBuffer{1ull << 20};

// Appends pages to one memory file, packed in address order, and notes where they went. What is dirty often lies scattered:
// the buffer is written when it is full, not after each range.
class PageWriter {
 public:
  PageWriter(ImageWriter& file, const BuildId& build) : file_(file), build_(build), buffer_(kBuffer.value) {}

  Status add(const MemorySource& memory, const PageRange& range, Pace& pace) {
    for (Bytes at = range.offset; at < range.end();) {
      const Bytes length = std::min(range.end() - at, kBuffer - kept_);
      COWHERD_TRY(memory.read(at, {buffer_.data() + kept_.value, length.value}));
      pack(at, length);
      if (kept_ == kBuffer) COWHERD_TRY(flush());
      at = at + length;
      done_ = done_ + length;
      COWHERD_TRY(pace.at(done_));
    }
    return {};
  }
  Status flush() {
    if (kept_.value == 0) return {};
    COWHERD_TRY(file_.write(written_, {buffer_.data(), kept_.value}));
    written_ = written_ + kept_;
    kept_ = {};
    return {};
  }

  const Extents& extents() const { return extents_; }
  // Precondition: flushed.
  Bytes written() const { return written_; }

 private:
  // Keeps those of the pages just read that are not zero.
  void pack(Bytes offset, Bytes length) {
    const Bytes begin = kept_;
    for (Bytes at; at < length; at = at + kPage) {
      char* const page = buffer_.data() + (begin + at).value;
      if (all_zero({page, kPage.value})) {
        append_extent(extents_, {offset + at, kPage, {}, {}});
        continue;
      }
      append_extent(extents_, {offset + at, kPage, build_, written_ + kept_});
      if (kept_ != begin + at) std::memcpy(buffer_.data() + kept_.value, page, kPage.value);
      kept_ = kept_ + kPage;
    }
  }

  ImageWriter& file_;
  BuildId build_;
  std::vector<char> buffer_;
  Extents extents_{};
  Bytes kept_{};  // in the buffer
  Bytes written_{};
  Bytes done_{};
};

Result<PageRanges> data_ranges(const MemorySource& memory) {
  PageRanges ranges;
  for (Bytes at; at < memory.size();) {
    COWHERD_ASSIGN(const PageRange range, memory.next_data(at));
    if (range.length.value == 0) break;
    ranges.push_back(range);
    at = range.end();
  }
  return ranges;
}

struct Written {
  Extents extents{};
  MemoryFile file{};
};

// Writes the pages of the ranges to the new memory file and syncs it.
Result<Written> write_pages(MemoryHost host, const MemorySource& memory, const PageRanges& ranges,
                            const GenerationPlace& place, const BulkControl& control) {
  const std::string path = place.directory + "/" + memfile_name(place.build);
  Bytes total;
  for (const PageRange& range : ranges) total = total + range.length;
  COWHERD_ASSIGN(const std::unique_ptr<ImageWriter> file, host.images.create(path));
  PageWriter writer(*file, place.build);
  Pace pace(control, total, "write guest memory");
  for (const PageRange& range : ranges) COWHERD_TRY(writer.add(memory, range, pace));
  COWHERD_TRY(writer.flush());
  COWHERD_TRY(host.files.sync(path));
  return Written{writer.extents(), {path, writer.written()}};
}

Result<Generation> publish(MemoryHost host, const Generation& generation) {
  COWHERD_TRY(publish_header(host.files, generation.directory, generation.header));
  return generation;
}

}  // namespace

Result<Generation> build_first_generation(MemoryHost host, const MemorySource& memory,
                                          const GenerationPlace& place, const BulkControl& control) {
  COWHERD_ASSIGN(const PageRanges ranges, data_ranges(memory));
  COWHERD_TRY(check_ranges(ranges, memory.size()));
  COWHERD_ASSIGN(const Written written, write_pages(host, memory, ranges, place, control));
  Generation made;
  made.directory = place.directory;
  made.header = {memory.size(), 0, place.build, place.build, {}};
  made.header.extents = merge({{Bytes{}, memory.size(), {}, {}}}, written.extents);
  if (written.file.size.value > 0) made.files.emplace(place.build, written.file);
  return publish(host, made);
}

Result<Generation> build_next_generation(MemoryHost host, const MemorySource& memory, const PageRanges& dirty,
                                         const Generation& parent, const GenerationPlace& place,
                                         const BulkControl& control) {
  if (memory.size() != parent.header.size) {
    return fail(ErrorKind::Invalid, "write memory over '" + parent.directory + "': it has " +
                                        std::to_string(memory.size().value) + " bytes, the parent " +
                                        std::to_string(parent.header.size.value));
  }
  COWHERD_TRY(check_ranges(dirty, memory.size()));
  COWHERD_ASSIGN(const Written written, write_pages(host, memory, dirty, place, control));
  Generation made;
  made.directory = place.directory;
  made.header = {parent.header.size, parent.header.generation + 1, place.build, parent.header.base, {}};
  made.header.extents = merge(parent.header.extents, written.extents);
  COWHERD_TRY(link_files(host.files, parent, made.header, place.directory));
  const std::map<BuildId, Bytes> named = needed_lengths(made.header);
  for (const auto& [build, file] : parent.files) {
    if (named.count(build) == 0) continue;
    made.files.emplace(build, MemoryFile{place.directory + "/" + memfile_name(build), file.size});
  }
  if (written.file.size.value > 0) made.files.emplace(place.build, written.file);
  return publish(host, made);
}

}  // namespace cowherd
