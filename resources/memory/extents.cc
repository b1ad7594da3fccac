// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/extents.h"

#include <algorithm>

namespace cowherd {

namespace {

// The part of the extent between two offsets inside it.
Extent part(const Extent& whole, Bytes from, Bytes to) {
  const Bytes storage = whole.build.is_zero() ? Bytes{} : whole.storage + (from - whole.offset);
  return {from, to - from, whole.build, storage};
}

bool goes_on(const Extent& before, const Extent& after) {
  return before.build == after.build && before.end() == after.offset &&
         (before.build.is_zero() || before.storage + before.length == after.storage);
}

}  // namespace

void append_extent(Extents& extents, const Extent& more) {
  if (more.length.value == 0) return;
  if (!extents.empty() && goes_on(extents.back(), more)) {
    extents.back().length = extents.back().length + more.length;
  } else {
    extents.push_back(more);
  }
}

Extents merge(const Extents& base, const Extents& changes) {
  Extents merged;
  auto change = changes.begin();
  for (const Extent& below : base) {
    Bytes at = below.offset;
    while (at < below.end()) {
      while (change != changes.end() && change->end() <= at) ++change;
      const Bytes next = change == changes.end() ? below.end() : std::min(change->offset, below.end());
      if (at < next) {
        append_extent(merged, part(below, at, next));
        at = next;
      } else {
        const Bytes stop = std::min(change->end(), below.end());
        append_extent(merged, part(*change, at, stop));
        at = stop;
      }
    }
  }
  return merged;
}

const Extent& extent_at(const Extents& extents, Bytes offset) {
  const auto after =
      std::upper_bound(extents.begin(), extents.end(), offset,
                       [](Bytes wanted, const Extent& extent) { return wanted < extent.offset; });
  return *(after - 1);
}

Status check_ranges(const PageRanges& ranges, Bytes size) {
  Bytes end;
  for (const PageRange& range : ranges) {
    const bool aligned = range.offset.value % kPage.value == 0 && range.length.value % kPage.value == 0;
    const bool inside = range.offset <= size && range.length <= size - range.offset;
    if (!aligned || !inside || range.length.value == 0 || range.offset < end) {
      return fail(ErrorKind::Invalid, "take the page range at " + std::to_string(range.offset.value) + ", " +
                                          std::to_string(range.length.value) + " bytes, of a memory of " +
                                          std::to_string(size.value) +
                                          ": it is unsorted, not whole pages, empty or outside");
    }
    end = range.end();
  }
  return {};
}

}  // namespace cowherd
