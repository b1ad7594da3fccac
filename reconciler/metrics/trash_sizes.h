// SPDX-License-Identifier: Apache-2.0
// What the entries of trash take, measured once each: nothing changes in trash. Used by the loop's thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "resources/store/store.h"

namespace cowherd {

// What purging an entry gives back.
using MeasureTrash = std::function<Result<Bytes>(const std::string& entry)>;

class TrashSizes {
 public:
  explicit TrashSizes(MeasureTrash measure) : measure_(std::move(measure)) {}

  struct Change {
    Bytes came{};
    Bytes purged{};
  };
  // An entry that could not be measured is measured again in the next look.
  Change look(const std::vector<TrashEntry>& trash);
  // "Trash/<entry>" is gone for good once it is not seen any more; what goes otherwise was brought back.
  void note_purge(const std::string& object) { purged_.insert(object); }
  Bytes all() const;

 private:
  Bytes settle_vanished(std::map<std::string, Bytes> vanished);

  MeasureTrash measure_;
  std::map<std::string, Bytes> sizes_{};
  std::map<std::string, Bytes> vanished_{};  // in the last look
  std::set<std::string> purged_{};
  bool has_looked_ = false;
};

}  // namespace cowherd
