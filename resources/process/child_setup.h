// SPDX-License-Identifier: Apache-2.0
// What a new process does to itself between fork and exec. Every function here is async-signal-safe: it neither allocates nor
// locks, so that the child of a process with threads may call it.
#pragma once

#include <cstdint>
#include <optional>

namespace cowherd {

struct ChildUser {
  std::uint32_t id = 0;                         // of the user and, without another, of its group
  std::optional<std::uint32_t> device_group{};  // its only other group
  std::optional<std::uint32_t> group{};         // its own, where the number is not the user's
  bool operator==(const ChildUser&) const = default;
};

// No handler and no blocked signal of the parent.
void reset_signals();
// Closes every descriptor from `first` on but `kept`.
void close_from(unsigned first, int kept);
// No core dumps and no way to new privileges; with a user also nothing but its groups and no capability. 0, or the errno of
// what failed.
int confine_self(const ChildUser* user);

}  // namespace cowherd
