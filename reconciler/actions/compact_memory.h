// SPDX-License-Identifier: Apache-2.0
// Brings the many memory files of a chain of generations into one, while its guest neither runs nor waits: what a restore
// opens and what a store wastes stay bounded.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

// A kept memory of more files than this, or whose files hold half as much again as the guest has, is compacted.
inline constexpr std::size_t kMostMemoryFiles = 8;
// Of a guest that is paused and resumed again and again, with no time between to compact: one of more files is not built
// on, and its next pause writes all of its memory.
inline constexpr std::size_t kLongestChain = 4 * kMostMemoryFiles;
bool is_worth_compacting(const PauseImage& image);

struct CompactMemory {
  static constexpr std::string_view kVerb = "compact-memory";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Copy;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const { return "bring the memory files of sandbox '" + name.str() + "' into one"; }
  Keys needs() const { return {memory_key(name)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const CompactMemory&) const = default;
};
static_assert(ActionKind<CompactMemory>);

}  // namespace cowherd
