// SPDX-License-Identifier: Apache-2.0
// What every kind has beside its spec.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "resources/vocabulary/name.h"

namespace cowherd {

inline constexpr std::string_view kApiVersion = "cowherd.dev/v1alpha1";

enum class Kind { Template, Sandbox, Snapshot, RetentionPolicy };

std::string_view to_string(Kind kind);

// Identity of a declared object: kind and name are unique over all manifests.
struct ObjectName {
  Kind kind = Kind::Sandbox;
  ResourceName name{};
  auto operator<=>(const ObjectName&) const = default;
};

// "Sandbox/web"
std::string to_string(const ObjectName& name);

struct Metadata {
  ResourceName name{};
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  bool operator==(const Metadata&) const = default;
};

// Annotations cowherd reads.
inline constexpr std::string_view kApproveAnnotation = "cowherd.dev/approve";
inline constexpr std::string_view kProtectAnnotation = "cowherd.dev/protect";  // "true" or "false"
inline constexpr std::string_view kPruneAnnotation = "cowherd.dev/prune";      // "enabled" or "disabled"

bool is_protected(const Metadata& metadata);
bool is_prune_disabled(const Metadata& metadata);

}  // namespace cowherd
