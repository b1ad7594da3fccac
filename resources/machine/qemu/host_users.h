// SPDX-License-Identifier: Apache-2.0
// A user for each VMM that no other process of the host has: a number of a configured range, without an account. Which are
// taken is read from the records of VMs and from the kernel's processes, and never counted.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "resources/files/file_system.h"
#include "resources/files/unique_fd.h"
#include "resources/machine/qemu/held_child.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

struct UserRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  bool contains(std::uint32_t id) const { return id >= first && id - first < count; }
  bool operator==(const UserRange&) const = default;
};

enum class OwnUsers {
  Auto,    // where this process can give them
  Always,  // else nothing is started
  Never,   // VMMs run as this process does
};

struct UserPolicy {
  OwnUsers wanted = OwnUsers::Never;
  UserRange range{};
};

// What the kernel says about this process: texts of /proc/self.
struct ProcessRights {
  std::string status{};
  std::string uid_map{};
  std::string gid_map{};
};
ProcessRights read_own_rights(FileSystem& files);

// Why this process cannot run a VMM as a user of the range and still look after it; "" when it can. Pure.
std::string why_no_users(const UserRange& range, const ProcessRights& rights);

// The group by which a user without a name may open a device for reading and writing; nothing where anybody may. Denied
// when there is none: that of root is given to nobody.
Result<std::optional<std::uint32_t>> device_group(const std::string& device);

// Whether VMMs get users, and with which group. Denied: Always, and it cannot be. accelerator: "kvm" needs /dev/kvm.
struct UserChoice {
  std::optional<UserRange> range{};
  std::optional<std::uint32_t> device_group{};
  std::string reason{};  // for people
};
Result<UserChoice> choose_users(const UserPolicy& policy, const std::string& accelerator, FileSystem& files);

// The same one for a sandbox as before, if it is free; nothing when all are taken. Pure.
std::optional<std::uint32_t> free_user(const UserRange& range, const std::set<std::uint32_t>& taken, const Uid& sandbox);

// Users of the range that a process has in any of its four user ids; `besides` is not asked.
Result<std::set<std::uint32_t>> users_of_processes(FileSystem& files, const UserRange& range,
                                                   std::optional<int> besides = std::nullopt);

// Texts of passwd(5) and group(5), and of subuid(5) and subgid(5).
struct AccountFiles {
  std::string users{};
  std::string groups{};
  std::string delegated_users{};
  std::string delegated_groups{};
};
Result<AccountFiles> read_account_files(FileSystem& files);

// What accounts of this host have of the range, as user or group, or may give to containers of theirs. Pure.
std::set<std::uint32_t> ids_of_accounts(const AccountFiles& accounts, const UserRange& range);

// A free user, which stays so until the lease goes: no other process that looks below the same directory takes it. To be
// written down in vm.json before that, and to be asked for among the processes by whoever looks below another one.
class UserLease {
 public:
  // Exhausted: all are taken. Blocks while another lease below parent_of(runtime_dir) lasts.
  static Result<UserLease> take(FileSystem& files, const std::string& runtime_dir, const UserRange& range,
                                const Uid& sandbox);
  UserLease(UserLease&&) noexcept = default;
  UserLease& operator=(UserLease&&) = delete;
  ~UserLease();

  std::uint32_t id() const { return id_; }

 private:
  UserLease(UniqueFd lock, std::uint32_t id) : lock_(std::move(lock)), id_(id) {}
  UniqueFd lock_;
  std::uint32_t id_;
};

}  // namespace cowherd
