// SPDX-License-Identifier: Apache-2.0
// A file system in memory that keeps apart what is there and what would survive a power loss: content is durable after
// sync(file), names after sync(directory). A rename between two directories is one step, durable with the sync of the
// directory it leads to. Each FileSystem call is one host call of Faults; everything else here is the test's hand and
// counts as none. One thread only.
//
// One device, inode numbers that are never given twice, a clock that moves 1 ms with each change. A symlink is followed
// only as the last step of a path, by the calls that say so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "resources/files/file_system.h"
#include "tests/fakes/faults.h"

namespace cowherd::testing {

// Bytes at the front, then a hole up to size. What a file of many GiB is made of without taking the memory.
struct FakeContent {
  std::string bytes{};
  Bytes size{};
  bool operator==(const FakeContent&) const = default;
};

class FakeFileSystem final : public FileSystem {
 public:
  explicit FakeFileSystem(Faults& faults);

  Result<std::vector<FileEntry>> list(const std::string& directory) override;
  Result<FileStamp> stat(const std::string& path) override;
  Result<std::string> read(const std::string& path, Bytes limit) override;
  Status write(const std::string& path, std::string_view content) override;
  Status resize(const std::string& path, Bytes size) override;
  Status sync(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to, RenameMode mode) override;
  Status make_directory(const std::string& path) override;
  Status link(const std::string& existing, const std::string& name) override;
  Status remove(const std::string& path) override;

  // --- the world's hand
  // Drops everything that was not synced. A file whose name is durable keeps the content of its last sync, or is empty.
  void lose_power();
  // The whole file system holds at most this much; calls that need more are Exhausted.
  void set_capacity(Bytes capacity) { capacity_ = capacity; }
  // No byte more than there is now.
  void set_full() { capacity_ = used(); }
  Bytes capacity() const { return capacity_; }
  Bytes used() const;
  // Every call on the path or below it is Denied, until allowed again.
  void deny(const std::string& path) { denied_.insert(path); }
  void allow(const std::string& path) { denied_.erase(path); }

  // --- the test's hand, durable at once; missing parents are made
  void put(const std::string& path, std::string_view content);
  void put_directory(const std::string& path);
  void put_symlink(const std::string& path, const std::string& target);
  // Removes a whole tree; an absent one is fine.
  void erase(const std::string& path);
  std::optional<std::string> peek(const std::string& path) const;  // content of a regular file
  std::optional<FileStamp> peek_stamp(const std::string& path) const;
  bool exists(const std::string& path) const { return find(path) != 0; }
  // Every path below the directory with its content; directories end in '/' and have none.
  std::map<std::string, std::string> peek_tree(const std::string& directory) const;

  // --- for the other fakes that work on files: follow a final symlink, no host call of their own, not durable
  Result<FakeContent> content_of(const std::string& path) const;
  Result<FileStamp> stamp_of(const std::string& path) const;
  // Creates or replaces the content. Exhausted leaves the file empty.
  Status set_content(const std::string& path, FakeContent content);

 private:
  using Inode = std::uint64_t;  // 0: none
  using Entries = std::map<std::string, Inode>;
  struct Node {
    FileType type = FileType::Regular;
    FakeContent content{};
    std::optional<FakeContent> synced_content{};
    Entries entries{};
    Entries synced_entries{};
    std::string target{};  // of a symlink
    std::int64_t mtime_ns = 0;
    std::int64_t ctime_ns = 0;
    std::uint64_t links = 0;
  };
  // A rename between directories that is not yet durable.
  struct PendingMove {
    Inode from_directory = 0;
    std::string from_name{};
    Inode to_directory = 0;
    Inode moved = 0;
  };

  Inode find(const std::string& path) const;
  Inode find_following(const std::string& path) const;
  // The directory that holds the path's last name.
  Result<Inode> parent(const std::string& path, std::string_view doing) const;
  Result<Inode> existing(const std::string& path, std::string_view doing) const;
  Status permitted(const std::string& path, std::string_view doing) const;
  Result<Inode> file_for_writing(const std::string& path, std::string_view doing);
  Inode add_node(Inode directory, const std::string& name, FileType type);
  void drop_name(Inode directory, const std::string& name);
  void changed(Inode inode);
  void renamed(Inode from_directory, const std::string& from_name, Inode to_directory, const std::string& to_name);
  Status exchange(const std::string& from, const std::string& to);
  void sync_directory(Inode inode);
  void persist_path(const std::string& path);
  FileStamp stamp(Inode inode) const;
  bool fits(Bytes more) const;

  Faults& faults_;
  std::map<Inode, Node> nodes_{};
  std::vector<PendingMove> moves_{};
  std::set<std::string> denied_{};
  Bytes capacity_ = 1024_GiB;
  Inode next_inode_ = 2;
  std::int64_t now_ns_ = 1'700'000'000'000'000'000;
};

}  // namespace cowherd::testing
