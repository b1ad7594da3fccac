// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/host_users.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <sstream>

#include "resources/files/publish.h"
#include "resources/files/system_calls.h"
#include "resources/machine/qemu/runtime_record.h"

namespace cowherd {
namespace {

constexpr Bytes kTextLimit = 64_KiB;
constexpr Bytes kAccountsLimit = 16_MiB;
constexpr const char* kEveryId = "0 0 4294967295\n";
constexpr const char* kKvmDevice = "/dev/kvm";
constexpr const char* kLockFile = "users.lock";

struct NeededCapability {
  int number;
  const char* name;
};
// The last two are for a VMM of another user: to end it, and to read its guest's memory.
constexpr std::array<NeededCapability, 5> kNeeded{{{CAP_CHOWN, "CAP_CHOWN"},
                                                   {CAP_SETGID, "CAP_SETGID"},
                                                   {CAP_SETUID, "CAP_SETUID"},
                                                   {CAP_KILL, "CAP_KILL"},
                                                   {CAP_SYS_PTRACE, "CAP_SYS_PTRACE"}}};

// The rest of the line that begins with `name`.
std::string field_of(const std::string& status, const std::string& name) {
  std::istringstream lines(status);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name + ":", 0) == 0) return line.substr(name.size() + 1);
  }
  return "";
}

// user_namespaces(7): "inside outside length" per line.
bool maps(const std::string& id_map, const UserRange& range) {
  std::istringstream lines(id_map);
  std::uint64_t inside = 0, outside = 0, length = 0;
  while (lines >> inside >> outside >> length) {
    if (range.first >= inside && std::uint64_t{range.first} + range.count <= inside + length) return true;
  }
  return false;
}

bool is_number(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

std::vector<std::vector<std::string>> colon_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string>& row = rows.emplace_back();
    for (std::string word; std::getline(words, word, ':');) row.push_back(word);
  }
  return rows;
}

std::optional<std::uint64_t> number_at(const std::vector<std::string>& row, std::size_t position) {
  std::uint32_t number = 0;
  if (position >= row.size()) return std::nullopt;
  const std::string& word = row[position];
  const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (wrong != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

// Of the VMs below one runtime directory. One that cannot be read keeps no user: what runs is among the processes.
Status add_recorded(FileSystem& files, const std::string& runtime_dir, std::set<std::uint32_t>& taken) {
  const Result<std::vector<FileEntry>> entries = files.list(runtime_dir);
  if (!entries) return entries.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(entries.error())};
  for (const FileEntry& entry : *entries) {
    if (entry.type != FileType::Directory) continue;
    const Result<std::string> text = files.read(runtime_dir + "/" + entry.name + "/" + RuntimeDir::kRecordFile, kTextLimit);
    const Result<VmRecord> record = text ? parse_record(*text) : Result<VmRecord>(fail(text.error()));
    if (record && record->host_user) taken.insert(*record->host_user);
  }
  return {};
}

Result<std::set<std::uint32_t>> taken_users(FileSystem& files, const std::string& runtime_dir, const UserRange& range) {
  COWHERD_ASSIGN(std::set<std::uint32_t> taken, users_of_processes(files, range));
  COWHERD_ASSIGN(const AccountFiles accounts, read_account_files(files));
  taken.merge(ids_of_accounts(accounts, range));
  const std::string root = parent_of(runtime_dir);
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files.list(root));
  for (const FileEntry& entry : entries) {
    if (entry.type == FileType::Directory) COWHERD_TRY(add_recorded(files, root + "/" + entry.name, taken));
  }
  return taken;
}

}  // namespace

ProcessRights read_own_rights(FileSystem& files) {
  // A kernel without user namespaces has no maps, and every id.
  const auto map = [&](const char* path) {
    const Result<std::string> text = files.read(path, kTextLimit);
    if (text) return *text;
    return std::string(text.error().kind == ErrorKind::NotFound ? kEveryId : "");
  };
  return {files.read("/proc/self/status", kTextLimit).value_or(""), map("/proc/self/uid_map"), map("/proc/self/gid_map")};
}

std::string why_no_users(const UserRange& range, const ProcessRights& rights) {
  unsigned long long held = 0;
  if (std::sscanf(field_of(rights.status, "CapEff").c_str(), "%llx", &held) != 1) {
    return "the capabilities of this process cannot be read";
  }
  std::string absent;
  for (const NeededCapability& needed : kNeeded) {
    if ((held >> needed.number & 1U) == 0) absent += (absent.empty() ? "" : ", ") + std::string(needed.name);
  }
  if (!absent.empty()) return "this process lacks " + absent;
  if (!maps(rights.uid_map, range) || !maps(rights.gid_map, range)) {
    return "the user namespace of this process has no ids " + std::to_string(range.first) + " to " +
           std::to_string(range.first + range.count - 1);
  }
  return "";
}

Result<std::optional<std::uint32_t>> device_group(const std::string& device) {
  struct stat found {};
  if (::stat(device.c_str(), &found) != 0) return fail(path_error(errno, "look at", device));
  constexpr mode_t kAnybody = S_IROTH | S_IWOTH;
  constexpr mode_t kGroup = S_IRGRP | S_IWGRP;
  if ((found.st_mode & kAnybody) == kAnybody) return std::optional<std::uint32_t>{};
  if ((found.st_mode & kGroup) == kGroup && found.st_gid != 0) return std::optional<std::uint32_t>{found.st_gid};
  return fail(ErrorKind::Denied, "'" + device + "' can be opened by no group but that of root",
              "chgrp kvm " + device + " && chmod 660 " + device);
}

Result<UserChoice> choose_users(const UserPolicy& policy, const std::string& accelerator, FileSystem& files) {
  UserChoice choice;
  if (policy.wanted == OwnUsers::Never) {
    choice.reason = "set by the configuration";
    return choice;
  }
  choice.reason = why_no_users(policy.range, read_own_rights(files));
  std::string hint = "run as root, or set confinement.users to Auto";
  if (choice.reason.empty() && accelerator == "kvm") {
    const Result<std::optional<std::uint32_t>> group = device_group(kKvmDevice);
    if (group) {
      choice.device_group = *group;
    } else {
      choice.reason = group.error().message;
      hint = group.error().hint;
    }
  }
  if (choice.reason.empty()) {
    choice.range = policy.range;
    return choice;
  }
  if (policy.wanted == OwnUsers::Always) {
    return fail(ErrorKind::Denied, "a VM cannot have a user of its own: " + choice.reason, hint);
  }
  return choice;
}

std::optional<std::uint32_t> free_user(const UserRange& range, const std::set<std::uint32_t>& taken, const Uid& sandbox) {
  if (range.count == 0) return std::nullopt;
  std::uint64_t start = 0;
  for (const char digit : sandbox.short12()) {
    start = start * 16 + static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  for (std::uint32_t step = 0; step < range.count; ++step) {
    const std::uint32_t id = range.first + static_cast<std::uint32_t>((start + step) % range.count);
    if (taken.count(id) == 0) return id;
  }
  return std::nullopt;
}

Result<std::set<std::uint32_t>> users_of_processes(FileSystem& files, const UserRange& range, std::optional<int> besides) {
  std::set<std::uint32_t> users;
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files.list("/proc"));
  for (const FileEntry& entry : entries) {
    if (!is_number(entry.name) || (besides && entry.name == std::to_string(*besides))) continue;
    const Result<std::string> status = files.read("/proc/" + entry.name + "/status", kTextLimit);
    const bool ended = !status && (status.error().kind == ErrorKind::NotFound || status.error().errno_value == ESRCH);
    if (ended) continue;
    if (!status) return fail(status.error());
    std::istringstream ids(field_of(*status, "Uid"));
    for (std::uint32_t id = 0; ids >> id;) {
      if (range.contains(id)) users.insert(id);
    }
  }
  return users;
}

Result<AccountFiles> read_account_files(FileSystem& files) {
  const auto read = [&](const char* path) -> Result<std::string> {
    Result<std::string> text = files.read(path, kAccountsLimit);
    if (!text && text.error().kind == ErrorKind::NotFound) return std::string{};
    return text;
  };
  AccountFiles accounts;
  COWHERD_ASSIGN(accounts.users, read("/etc/passwd"));
  COWHERD_ASSIGN(accounts.groups, read("/etc/group"));
  COWHERD_ASSIGN(accounts.delegated_users, read("/etc/subuid"));
  COWHERD_ASSIGN(accounts.delegated_groups, read("/etc/subgid"));
  return accounts;
}

std::set<std::uint32_t> ids_of_accounts(const AccountFiles& accounts, const UserRange& range) {
  std::set<std::uint32_t> ids;
  const auto add = [&](const std::optional<std::uint64_t>& first, std::uint64_t count) {
    if (!first) return;
    const std::uint64_t end = std::min(*first + count, std::uint64_t{range.first} + range.count);
    for (std::uint64_t id = std::max<std::uint64_t>(*first, range.first); id < end; ++id) {
      ids.insert(static_cast<std::uint32_t>(id));
    }
  };
  for (const std::vector<std::string>& user : colon_rows(accounts.users)) {
    add(number_at(user, 2), 1);
    add(number_at(user, 3), 1);
  }
  for (const std::vector<std::string>& group : colon_rows(accounts.groups)) add(number_at(group, 2), 1);
  for (const std::string* delegated : {&accounts.delegated_users, &accounts.delegated_groups}) {
    for (const std::vector<std::string>& row : colon_rows(*delegated)) add(number_at(row, 1), number_at(row, 2).value_or(0));
  }
  return ids;
}

Result<UserLease> UserLease::take(FileSystem& files, const std::string& runtime_dir, const UserRange& range,
                                  const Uid& sandbox) {
  const std::string path = parent_of(runtime_dir) + "/" + kLockFile;
  COWHERD_ASSIGN(UniqueFd lock, open_path(path, O_RDWR | O_CREAT | O_NOFOLLOW, "open"));
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return fail(path_error(errno, "lock", path));
  }
  UserLease held(std::move(lock), 0);
  COWHERD_ASSIGN(const std::set<std::uint32_t> taken, taken_users(files, runtime_dir, range));
  const std::optional<std::uint32_t> id = free_user(range, taken, sandbox);
  if (!id) {
    return fail(make_error(ErrorKind::Exhausted, "all " + std::to_string(range.count) + " users for VMs are taken",
                           "raise confinement.uidCount in the configuration")
                    .because("AllUsersTaken"));
  }
  held.id_ = *id;
  return held;
}

// A child that is forked meanwhile has the lock's file, too: closing it here would not unlock it.
UserLease::~UserLease() {
  if (lock_.valid()) ::flock(lock_.get(), LOCK_UN);
}

}  // namespace cowherd
