// SPDX-License-Identifier: Apache-2.0
#include "resources/block/dm_names.h"

#include <algorithm>

namespace cowherd {

namespace {

constexpr std::string_view kNamePrefix = "cowherd-";
constexpr std::string_view kUuidPrefix = "COWHERD-";
constexpr std::size_t kDirectoryDigits = 8;
constexpr std::size_t kUidDigits = 32;
constexpr std::size_t kRoleLetters = 4;
constexpr std::size_t kUuidLength = kUuidPrefix.size() + kDirectoryDigits + 1 + kUidDigits + 1 + kRoleLetters;

// DM_NAME_LEN and DM_UUID_LEN of <linux/dm-ioctl.h> are 128 and 129 with their zero byte.
static_assert(kNamePrefix.size() + 12 + 1 + kRoleLetters <= 127);
static_assert(kUuidLength <= 128);

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<DmRole> parse_role(std::string_view text) {
  for (const DmRole role : {DmRole::Root, DmRole::Base}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(DmRole role) { return role == DmRole::Root ? "root" : "base"; }

std::string dm_name(const Uid& uid, DmRole role) {
  return std::string(kNamePrefix) + uid.short12() + "-" + std::string(to_string(role));
}

std::string dm_uuid(const DmMark& mark) {
  return std::string(kUuidPrefix) + mark.directory + "-" + mark.uid.str() + "-" +
         std::string(to_string(mark.role));
}

std::optional<DmMark> parse_dm_uuid(std::string_view uuid) {
  if (uuid.size() != kUuidLength || uuid.substr(0, kUuidPrefix.size()) != kUuidPrefix) return std::nullopt;
  const std::string_view directory = uuid.substr(kUuidPrefix.size(), kDirectoryDigits);
  const std::size_t uid_at = kUuidPrefix.size() + kDirectoryDigits + 1;
  const auto uid = Uid::make(uuid.substr(uid_at, kUidDigits));
  const auto role = parse_role(uuid.substr(uid_at + kUidDigits + 1));
  if (!is_lower_hex(directory) || uuid[uid_at - 1] != '-' || uuid[uid_at + kUidDigits] != '-')
    return std::nullopt;
  if (!uid || !role) return std::nullopt;
  return DmMark{std::string(directory), *uid, *role};
}

}  // namespace cowherd
