// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/trash_sizes.h"

#include <algorithm>
#include <utility>

namespace cowherd {

TrashSizes::Change TrashSizes::look(const std::vector<TrashEntry>& trash) {
  Change change;
  std::map<std::string, Bytes> sizes;
  for (const TrashEntry& entry : trash) {
    const auto known = sizes_.find(entry.name);
    if (known != sizes_.end()) {
      sizes.insert(*known);
      continue;
    }
    const Result<Bytes> measured = measure_(entry.name);
    if (!measured) continue;
    sizes.emplace(entry.name, *measured);
    if (has_looked_) change.came = change.came + *measured;  // the first look finds what came before
  }
  std::erase_if(sizes_, [&](const auto& entry) { return sizes.contains(entry.first); });
  change.purged = settle_vanished(std::exchange(sizes_, std::move(sizes)));
  has_looked_ = true;
  return change;
}

// A look may miss an entry before the step that purged it has told so: only the look after decides how it went.
Bytes TrashSizes::settle_vanished(std::map<std::string, Bytes> vanished) {
  Bytes purged;
  const auto settle = [&](const auto& entry) {
    const bool is_purged = purged_.erase("Trash/" + entry.first) > 0;
    if (is_purged) purged = purged + entry.second;
    return is_purged;
  };
  std::for_each(vanished_.begin(), vanished_.end(), settle);
  std::erase_if(vanished, settle);
  vanished_ = std::move(vanished);
  return purged;
}

Bytes TrashSizes::all() const {
  Bytes sum;
  for (const auto& [name, size] : sizes_) sum = sum + size;
  return sum;
}

}  // namespace cowherd
