// SPDX-License-Identifier: Apache-2.0
// Which bytes of guest memory come from where, and the algebra of such maps. A map is sorted by offset,
// contiguous from zero, without overlap. Everything is a multiple of 4 KiB.
#pragma once

#include <vector>

#include "resources/memory/build_id.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

inline constexpr Bytes kPage{4096};

struct Extent {
  Bytes offset{};  // in guest memory
  Bytes length{};
  BuildId build{};  // zero: these bytes are zero
  Bytes storage{};  // in that build's file; 0 for the zero build
  Bytes end() const { return offset + length; }
  bool operator==(const Extent&) const = default;
};

using Extents = std::vector<Extent>;

// Adds at the end; joined with the last one when it goes on there. Neighbours of one build are joined only
// when their storage is contiguous too: in a file that was not packed in address order anything else serves
// wrong bytes.
void append_extent(Extents& extents, const Extent& more);

// `changes` laid over `base`. Changes are sorted, without overlap, inside the base; they may have gaps.
// Linear.
Extents merge(const Extents& base, const Extents& changes);

// The extent that holds the offset. Binary search. Precondition: the offset is inside the map.
const Extent& extent_at(const Extents& extents, Bytes offset);

// A piece of guest memory, as a page map or a file's holes tell it.
struct PageRange {
  Bytes offset{};
  Bytes length{};
  Bytes end() const { return offset + length; }
  bool operator==(const PageRange&) const = default;
};

using PageRanges = std::vector<PageRange>;

// Invalid unless sorted, apart from each other or adjacent, not empty, page-aligned and inside `size`.
Status check_ranges(const PageRanges& ranges, Bytes size);

}  // namespace cowherd
