// SPDX-License-Identifier: Apache-2.0
// The part of the catalog that is only an index over the directories: which bases there are, what they stand on and what
// stands on them, as the last pass saw it. For people and programs that ask; no decision about a deletion reads it, and
// the absence of a row means nothing. Calls block on the disk; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "resources/vocabulary/result.h"

namespace cowherd {

struct IndexedBase {
  std::string key{};                      // "<template>/<revision>", or the uid of a capture
  std::string id{};                       // short handle, eight letters and digits
  std::string kind{};                     // "rootfs", "clone-base" or "snapshot"
  std::string object{};                   // "Template/base", "Snapshot/before"
  std::vector<std::string> parents{};     // keys of the bases it stands on, sorted
  std::vector<std::string> dependants{};  // objects that stand on it, sorted
  bool operator==(const IndexedBase&) const = default;
};

class CatalogIndex {
 public:
  virtual ~CatalogIndex() = default;
  // Replaces all of them in one step. A parent that is none of the bases is left out.
  virtual Status set_bases(const std::vector<IndexedBase>& bases) = 0;
  // By key.
  virtual Result<std::vector<IndexedBase>> bases() = 0;
  // Whether everything the directories tell was put into the catalog since its file was made.
  virtual Result<bool> is_rebuilt() = 0;
  virtual Status mark_rebuilt() = 0;
};

}  // namespace cowherd
