// SPDX-License-Identifier: Apache-2.0
// What a client asks the daemon to do, and how that is written as JSON: {"order":"approve","verb":"delete","object":"Sandbox/web"}.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "resources/vocabulary/result.h"

namespace cowherd {

struct ApproveOrder {
  std::string verb{};    // replace, dataloss, delete, prune
  std::string object{};  // "Sandbox/web"; empty for prune
  bool operator==(const ApproveOrder&) const = default;
};

struct UndeleteOrder {
  std::string what{};  // "web", "Sandbox/web" or the name of a trash entry
  bool operator==(const UndeleteOrder&) const = default;
};

// The object may be a source, "Source/fleet", which then stays at the commit that is in force.
struct SuspendOrder {
  std::string object{};
  std::string reason{};  // may be empty
  bool operator==(const SuspendOrder&) const = default;
};

struct UnsuspendOrder {
  std::string object{};
  bool operator==(const UnsuspendOrder&) const = default;
};

// Look now, and answer when what that begins has ended.
struct LookOrder {
  bool operator==(const LookOrder&) const = default;
};

// Have that source look at its server first, and tell how it stands.
struct SourceLookOrder {
  std::string source{};
  bool operator==(const SourceLookOrder&) const = default;
};

// Keep a source at a commit that was had, until it is unsuspended.
struct RollbackOrder {
  std::string source{};    // empty: the only one that follows a repository
  std::string revision{};  // the beginning of the commit's name
  std::string reason{};    // may be empty
  bool operator==(const RollbackOrder&) const = default;
};

using Order = std::variant<ApproveOrder, UndeleteOrder, SuspendOrder, UnsuspendOrder, LookOrder, SourceLookOrder, RollbackOrder>;

// Answered by what a look brought; the others are carried out.
inline bool is_look(const Order& order) {
  return std::holds_alternative<LookOrder>(order) || std::holds_alternative<SourceLookOrder>(order);
}

// Invalid: no JSON object, an unknown order or member, a member that is missing or no text.
Result<Order> parse_order(std::string_view json);
std::string print_order(const Order& order);  // compact

}  // namespace cowherd
