// SPDX-License-Identifier: Apache-2.0
// The persistent exception store of dm-snapshot, version 1, little endian (Linux
// drivers/md/dm-snap-persistent.c). Chunk 0: u32 magic "SnAp", u32 valid, u32 version, u32 chunk size in
// sectors. Metadata area k stands at chunk 1 + k*(E+1), E = chunk bytes / 16 entries of {u64 old chunk, u64
// new chunk}; new chunk 0 ends the store.
#pragma once

#include <string>
#include <string_view>

#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

inline constexpr Bytes kChunk{4096};

enum class StoreHeader {
  Fresh,  // all zero: the kernel would initialise it as an EMPTY disk
  Valid,
  Invalid,  // the kernel gave it up (overflow of a P store, or a host file system that was full)
};

// Of the first 16 bytes or more. Corrupt: wrong magic, version or chunk size, with which.
Result<StoreHeader> read_store_header(std::string_view first_bytes);

// The front of a store without exceptions: a valid header and a zeroed first metadata area. What cowherd
// creates, so that a zeroed header is never legitimate: it means that the file's content was lost. The rest
// of the store is a hole.
std::string empty_store_front();

// Sets the header's flag as if the kernel had never given the store up: these bytes at offset 4. Only after the whole
// store was verified.
inline constexpr Bytes kValidFlagAt{4};
std::string valid_flag();

// The smallest store that can hold an exception: header, metadata area, one chunk.
inline constexpr Bytes kSmallestStore{3 * kChunk.value};

// The store size that can never overflow for a device of this size: D + D/E + 2 chunks, D = chunks of the
// device.
Bytes store_size_that_cannot_overflow(Bytes device);

// At most `limit`, in whole chunks, so that a full store reports Overflow. The kernel zeroes the next metadata area before
// it commits the exception that fills one (persistent_commit_exception); where that area lies behind the end, it gives
// the whole store up instead. A store that would end just in front of an area is a chunk shorter.
Bytes store_size_within(Bytes limit);

}  // namespace cowherd
