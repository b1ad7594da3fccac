// SPDX-License-Identifier: Apache-2.0
#include "resources/block/compare_stores.h"

namespace cowherd {

namespace {

constexpr std::uint64_t kAskEvery = 8192;  // chunks, 32 MiB

Result<std::string> read_chunk(FileReader& store, std::uint64_t new_chunk) {
  COWHERD_ASSIGN(std::string bytes, store.read(Bytes{new_chunk * kChunk.value}, kChunk));
  if (bytes.size() == kChunk.value) return bytes;
  return fail(ErrorKind::Stale, "read a chunk of the copy-on-write store: it became shorter meanwhile");
}

void add(StoreComparison& comparison, std::uint64_t old_chunk, ChunkDifference how) {
  switch (how) {
    case ChunkDifference::OnlyFirst: ++comparison.only_first; break;
    case ChunkDifference::OnlySecond: ++comparison.only_second; break;
    case ChunkDifference::Content: ++comparison.content; break;
  }
  const Bytes offset{old_chunk * kChunk.value};
  auto& ranges = comparison.ranges;
  if (!ranges.empty() && ranges.back().how == how && ranges.back().offset + ranges.back().length == offset) {
    ranges.back().length = ranges.back().length + kChunk;
  } else {
    ranges.push_back({offset, kChunk, how});
  }
}

}  // namespace

Result<StoreComparison> compare_stores(ListedStore first, ListedStore second, const BulkControl& control) {
  StoreComparison comparison;
  const auto& ones = first.list.exceptions;
  const auto& others = second.list.exceptions;
  const Bytes total{(ones.size() + others.size()) * kChunk.value};
  auto one = ones.begin();
  auto other = others.begin();
  for (std::uint64_t steps = 0; one != ones.end() || other != others.end(); ++steps) {
    if (steps % kAskEvery == 0) {
      if (control.stop.stop_requested()) return fail(ErrorKind::Failed, "compare two copy-on-write stores: cancelled");
      const auto seen = static_cast<std::uint64_t>((one - ones.begin()) + (other - others.begin()));
      if (control.progress) control.progress(Bytes{seen * kChunk.value}, total);
    }
    if (other == others.end() || (one != ones.end() && one->old_chunk < other->old_chunk)) {
      add(comparison, one++->old_chunk, ChunkDifference::OnlyFirst);
    } else if (one == ones.end() || other->old_chunk < one->old_chunk) {
      add(comparison, other++->old_chunk, ChunkDifference::OnlySecond);
    } else {
      COWHERD_ASSIGN(const std::string mine, read_chunk(first.file, one->new_chunk));
      COWHERD_ASSIGN(const std::string theirs, read_chunk(second.file, other->new_chunk));
      if (mine == theirs) {
        ++comparison.same;
      } else {
        add(comparison, one->old_chunk, ChunkDifference::Content);
      }
      ++one;
      ++other;
    }
  }
  return comparison;
}

}  // namespace cowherd
