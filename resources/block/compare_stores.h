// SPDX-License-Identifier: Apache-2.0
// In which chunks two exception stores on one base make two different disks of it. The base itself is not looked at: a
// chunk that only one store holds counts as different, even if what was written there is what the base has.
#pragma once

#include "resources/block/exception_list.h"
#include "resources/files/bulk.h"

namespace cowherd {

enum class ChunkDifference { OnlyFirst, OnlySecond, Content };

struct DifferentRange {
  Bytes offset{};
  Bytes length{};
  ChunkDifference how = ChunkDifference::Content;
  bool operator==(const DifferentRange&) const = default;
};

struct StoreComparison {
  std::uint64_t same = 0;  // chunks that both hold with equal content
  std::uint64_t only_first = 0;
  std::uint64_t only_second = 0;
  std::uint64_t content = 0;  // chunks that both hold, with different content
  std::vector<DifferentRange> ranges{};  // front to back; neighbours of one kind joined
};

struct ListedStore {
  FileReader& file;
  const ExceptionList& list;
};

// Precondition: the lists have no problems. Reads the chunks that both hold. Stale: a store became shorter meanwhile.
Result<StoreComparison> compare_stores(ListedStore first, ListedStore second, const BulkControl& control);

}  // namespace cowherd
