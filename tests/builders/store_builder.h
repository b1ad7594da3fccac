// SPDX-License-Identifier: Apache-2.0
// The bytes of a persistent exception store as the kernel writes it, chunk after chunk, for the small stores of tests.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "resources/block/endian.h"
#include "resources/block/exception_store.h"

namespace cowherd::testing {

inline constexpr std::uint64_t kEntries = 256;  // of an area

class StoreBuilder {
 public:
  StoreBuilder() : bytes_(empty_store_front()) {}

  // The disk's chunk is now this content. A chunk that was changed before is written in place.
  StoreBuilder& write(std::uint64_t old_chunk, std::string_view content) {
    const auto known = chunks_.find(old_chunk);
    const std::uint64_t chunk = known != chunks_.end() ? known->second : allocate(old_chunk);
    bytes_.replace(chunk * kChunk.value, content.size(), content);
    return *this;
  }
  // A chunk of one letter; '\0' is a chunk of zeroes.
  StoreBuilder& fill(std::uint64_t old_chunk, char letter) { return write(old_chunk, std::string(kChunk.value, letter)); }
  StoreBuilder& fill_many(std::uint64_t count, char letter) {
    for (std::uint64_t i = 0; i < count; ++i) fill(i, letter);
    return *this;
  }
  StoreBuilder& given_up() {
    bytes_[4] = 0;
    return *this;
  }
  // Lies: sets one entry of the metadata, whatever it was.
  StoreBuilder& entry(std::uint64_t index, std::uint64_t old_chunk, std::uint64_t new_chunk) {
    std::string words;
    append_le64(words, old_chunk);
    append_le64(words, new_chunk);
    bytes_.replace(entry_offset(index), words.size(), words);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  static std::uint64_t entry_offset(std::uint64_t index) {
    return (1 + index / kEntries * (kEntries + 1)) * kChunk.value + index % kEntries * 16;
  }

  std::uint64_t allocate(std::uint64_t old_chunk) {
    const std::uint64_t chunk = next_++;
    if ((next_ - 1) % (kEntries + 1) == 0) ++next_;  // the next metadata area
    const std::uint64_t index = chunks_.size();
    chunks_[old_chunk] = chunk;
    // A full area has the next one behind it, zeroed.
    const std::uint64_t chunks = index % kEntries == kEntries - 1 ? chunk + 2 : chunk + 1;
    bytes_.resize(chunks * kChunk.value, '\0');
    entry(index, old_chunk, chunk);
    return chunk;
  }

  std::string bytes_;
  std::map<std::uint64_t, std::uint64_t> chunks_{};
  std::uint64_t next_ = 2;
};

}  // namespace cowherd::testing
