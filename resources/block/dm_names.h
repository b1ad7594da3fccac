// SPDX-License-Identifier: Apache-2.0
// How cowherd's device-mapper devices are called, both directions. The name is for people and may be taken by
// anybody; the uuid is the mark: it names the state directory (dir8), the sandbox and the role.
//   name  cowherd-<uid12>-root          uuid  COWHERD-<dir8>-<uid>-root
//   name  cowherd-<uid12>-base          uuid  COWHERD-<dir8>-<uid>-base
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/vocabulary/name.h"

namespace cowherd {

enum class DmRole { Root, Base };  // what a VM opens; the image with its zero tail
std::string_view to_string(DmRole role);

struct DmMark {
  std::string directory{};  // dir8: the first 8 hex digits of the state directory's id
  Uid uid{};
  DmRole role = DmRole::Root;
  bool operator==(const DmMark&) const = default;
};

std::string dm_name(const Uid& uid, DmRole role);
std::string dm_uuid(const DmMark& mark);
// The mark a dm uuid spells, exactly; nothing for every other uuid, however similar.
std::optional<DmMark> parse_dm_uuid(std::string_view uuid);

}  // namespace cowherd
