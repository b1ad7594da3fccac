// SPDX-License-Identifier: Apache-2.0
// Which pages of a private file mapping are the process's own, that is: written since it was mapped.
// Source: /proc/<pid>/pagemap, Documentation/admin-guide/mm/pagemap.rst: one u64 a page in the host's byte
// order; bit 63 present, bit 62 swapped, bit 61 page of a file or shared memory. A page of its own is present
// or swapped with bit 61 clear. The flags need no privilege beyond tracing the process; page frame numbers
// (which do) are not used.
#pragma once

#include <span>
#include <vector>

#include "resources/memory/extents.h"

namespace cowherd {

// A page that was merely looked at, or evicted unchanged, is not among them. Entry i is of the page at
// i * kPage.
PageRanges private_pages(std::span<const std::uint64_t> entries);

// The same of `size` bytes mapped at `address` of a process, which must be stopped for the answer to stay
// true. Offsets begin at the address. NotFound: no such process. Invalid: not whole pages, or not all of it
// is mapped privately: there the kernel tells of no page, and the dirty ones would be lost. Stale: the
// process ended meanwhile. Failed on a host whose page size is not 4 KiB.
Result<PageRanges> read_private_pages(int pid, std::uint64_t address, Bytes size);

}  // namespace cowherd
