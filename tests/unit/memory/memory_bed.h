// SPDX-License-Identifier: Apache-2.0
// Generations on a fake file system, and guest memories spelled as one letter a page ('.' for zeroes).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "resources/files/publish.h"
#include "resources/memory/build_generation.h"
#include "resources/memory/compact.h"
#include "resources/memory/materialize.h"
#include "tests/fakes/fake_image_files.h"

namespace cowherd::testing {

inline Bytes pages(std::uint64_t count) { return Bytes{count * kPage.value}; }

// "1": 11111111-1111-…
inline BuildId build_id(char digit) {
  std::string text = "00000000-0000-0000-0000-000000000000";
  for (char& c : text) c = c == '-' ? c : digit;
  return *BuildId::make(text);
}

inline std::string memory(const std::string& letters) {
  std::string bytes;
  for (const char letter : letters) bytes.append(kPage.value, letter == '.' ? '\0' : letter);
  return bytes;
}

inline std::string letters(const std::string& bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += kPage.value) text += bytes[at] == '\0' ? '.' : bytes[at];
  return text;
}

// What a restore would see, read page by page; or why it cannot.
inline std::string content(ImageFiles& images, const Generation& generation) {
  std::string bytes;
  for (Bytes at; at < generation.header.size; at = at + kPage) {
    const Extent& extent = extent_at(generation.header.extents, at);
    std::string page(kPage.value, '\0');
    if (!extent.build.is_zero()) {
      const auto file = images.open(generation.files.at(extent.build).path);
      if (!file) return to_string(file.error());
      const Status read = (*file)->read(extent.storage + (at - extent.offset), {page.data(), page.size()});
      if (!read) return to_string(read.error());
    }
    bytes += page;
  }
  return bytes;
}

struct MemoryBed {
  Faults faults{};
  FakeFileSystem files{faults};
  FakeImageFiles images{files, faults};
  MemoryHost host{files, images};

  Result<Generation> first(const std::string& directory, char build, const std::string& bytes) {
    return build_first_generation(host, BufferMemory(bytes), {directory, build_id(build)}, {});
  }
  Result<Generation> next(const std::string& directory, char build, const std::string& bytes,
                          const PageRanges& dirty, const Generation& parent) {
    return build_next_generation(host, BufferMemory(bytes), dirty, parent, {directory, build_id(build)}, {});
  }
  // "ab.c", or the error, of what stands in a directory.
  std::string stored(const std::string& directory) {
    const auto loaded = load_generation(files, directory);
    return loaded ? letters(content(images, *loaded)) : to_string(loaded.error());
  }
};

}  // namespace cowherd::testing
