// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_file_system.h"

#include <algorithm>
#include <cerrno>

#include "resources/files/publish.h"

namespace cowherd::testing {

namespace {

constexpr std::uint64_t kDevice = 0xfc00;
constexpr std::uint64_t kRoot = 1;
constexpr std::uint64_t kBlock = 4096;

Bytes allocated_by(const FakeContent& content) { return round_up(Bytes{content.bytes.size()}, Bytes{kBlock}); }

std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) steps.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return steps;
}

tl::unexpected<Error> failed_with(int errno_value, std::string_view doing, const std::string& path) {
  Error error = errno_error(errno_value, std::string(doing) + " '" + path + "'");
  if (errno_value == ENOTDIR) error.kind = ErrorKind::NotFound;
  if (errno_value == EEXIST) error.kind = ErrorKind::Busy;
  return fail(std::move(error));
}

}  // namespace

FakeFileSystem::FakeFileSystem(Faults& faults) : faults_(faults) {
  Node root;
  root.type = FileType::Directory;
  root.links = 1;
  nodes_.emplace(kRoot, std::move(root));
}

// --- finding

FakeFileSystem::Inode FakeFileSystem::find(const std::string& path) const {
  Inode at = kRoot;
  for (const std::string& step : steps_of(path)) {
    const Node& node = nodes_.at(at);
    const auto entry = node.entries.find(step);
    if (entry == node.entries.end()) return 0;
    at = entry->second;
  }
  return at;
}

FakeFileSystem::Inode FakeFileSystem::find_following(const std::string& path) const {
  std::string at = path;
  for (int hops = 0; hops < 8; ++hops) {
    const Inode inode = find(at);
    if (inode == 0 || nodes_.at(inode).type != FileType::Symlink) return inode;
    const std::string& target = nodes_.at(inode).target;
    at = target.front() == '/' ? target : parent_of(at) + "/" + target;
  }
  return 0;
}

Status FakeFileSystem::permitted(const std::string& path, std::string_view doing) const {
  for (const std::string& denied : denied_) {
    if (path == denied || path.compare(0, denied.size() + 1, denied + "/") == 0) {
      return failed_with(EACCES, doing, path);
    }
  }
  return {};
}

Result<FakeFileSystem::Inode> FakeFileSystem::parent(const std::string& path, std::string_view doing) const {
  COWHERD_TRY(permitted(path, doing));
  const Inode inode = find(parent_of(path));
  if (inode == 0) return failed_with(ENOENT, doing, path);
  if (nodes_.at(inode).type != FileType::Directory) return failed_with(ENOTDIR, doing, path);
  return inode;
}

Result<FakeFileSystem::Inode> FakeFileSystem::existing(const std::string& path, std::string_view doing) const {
  COWHERD_TRY(permitted(path, doing));
  const Inode inode = find(path);
  if (inode == 0) return failed_with(ENOENT, doing, path);
  return inode;
}

FileStamp FakeFileSystem::stamp(Inode inode) const {
  const Node& node = nodes_.at(inode);
  FileStamp stamp;
  stamp.id = {kDevice, inode};
  stamp.type = node.type;
  stamp.size = node.type == FileType::Directory ? Bytes{kBlock} : node.content.size;
  stamp.allocated = node.type == FileType::Directory ? Bytes{kBlock} : allocated_by(node.content);
  stamp.mtime_ns = node.mtime_ns;
  stamp.ctime_ns = node.ctime_ns;
  stamp.links = node.links;
  return stamp;
}

Bytes FakeFileSystem::used() const {
  Bytes sum;
  for (const auto& [inode, node] : nodes_) {
    if (node.links > 0) sum = sum + stamp(inode).allocated;
  }
  return sum;
}

bool FakeFileSystem::fits(Bytes more) const { return used() + more <= capacity_; }

// --- changing

void FakeFileSystem::changed(Inode inode) {
  now_ns_ += 1'000'000;
  nodes_.at(inode).ctime_ns = now_ns_;
  nodes_.at(inode).mtime_ns = now_ns_;
}

FakeFileSystem::Inode FakeFileSystem::add_node(Inode directory, const std::string& name, FileType type) {
  const Inode inode = next_inode_++;
  Node node;
  node.type = type;
  node.links = 1;
  nodes_.emplace(inode, std::move(node));
  nodes_.at(directory).entries[name] = inode;
  changed(directory);
  changed(inode);
  return inode;
}

void FakeFileSystem::drop_name(Inode directory, const std::string& name) {
  Entries& entries = nodes_.at(directory).entries;
  const Inode inode = entries.at(name);
  entries.erase(name);
  changed(directory);
  nodes_.at(inode).links -= 1;
  nodes_.at(inode).ctime_ns = now_ns_;
}

void FakeFileSystem::renamed(Inode from_directory, const std::string& from_name, Inode to_directory,
                             const std::string& to_name) {
  const Inode moved = nodes_.at(from_directory).entries.at(from_name);
  if (nodes_.at(to_directory).entries.count(to_name) > 0) drop_name(to_directory, to_name);
  nodes_.at(from_directory).entries.erase(from_name);
  nodes_.at(to_directory).entries[to_name] = moved;
  changed(from_directory);
  changed(to_directory);
  nodes_.at(moved).ctime_ns = now_ns_;
  for (PendingMove& move : moves_) {
    if (move.moved != moved || move.to_directory != from_directory) continue;
    move.to_directory = to_directory;  // moved on before it was durable: one longer move
    return;
  }
  if (from_directory != to_directory) moves_.push_back({from_directory, from_name, to_directory, moved});
}

void FakeFileSystem::sync_directory(Inode inode) {
  Node& node = nodes_.at(inode);
  const Entries before = std::exchange(node.synced_entries, node.entries);
  for (auto move = moves_.begin(); move != moves_.end();) {
    if (move->to_directory == inode) {
      Entries& source = nodes_.at(move->from_directory).synced_entries;
      const auto old = source.find(move->from_name);
      if (old != source.end() && old->second == move->moved) source.erase(old);
      move = moves_.erase(move);
      continue;
    }
    // The source alone does not make half a rename durable: the old name is still what survives.
    const auto old = before.find(move->from_name);
    const bool survives = move->from_directory == inode && old != before.end() && old->second == move->moved;
    if (survives) node.synced_entries.emplace(move->from_name, move->moved);
    ++move;
  }
}

// --- FileSystem

Result<std::vector<FileEntry>> FakeFileSystem::list(const std::string& directory) {
  return faults_.call("list " + directory, [&]() -> Result<std::vector<FileEntry>> {
    COWHERD_ASSIGN(const Inode inode, existing(directory, "list"));
    const Node& node = nodes_.at(inode);
    if (node.type != FileType::Directory) return failed_with(ENOTDIR, "list", directory);
    std::vector<FileEntry> entries;
    for (const auto& [name, child] : node.entries) entries.push_back({name, nodes_.at(child).type});
    return entries;
  });
}

Result<FileStamp> FakeFileSystem::stat(const std::string& path) {
  return faults_.call("stat " + path, [&]() -> Result<FileStamp> {
    COWHERD_ASSIGN(const Inode inode, existing(path, "stat"));
    return stamp(inode);
  });
}

Result<std::string> FakeFileSystem::read(const std::string& path, Bytes limit) {
  return faults_.call("read " + path, [&]() -> Result<std::string> {
    COWHERD_ASSIGN(const Inode inode, existing(path, "read"));
    const Node& node = nodes_.at(inode);
    if (node.type == FileType::Directory) return failed_with(EISDIR, "read", path);
    if (node.type != FileType::Regular) return failed_with(ELOOP, "read", path);
    if (node.content.size > limit) return fail(ErrorKind::Invalid, "read '" + path + "': too large");
    std::string text = node.content.bytes;
    text.resize(node.content.size.value, '\0');
    return text;
  });
}

Result<FakeFileSystem::Inode> FakeFileSystem::file_for_writing(const std::string& path, std::string_view doing) {
  COWHERD_ASSIGN(const Inode directory, parent(path, doing));
  const Inode inode = find(path);
  if (inode == 0) return add_node(directory, name_of(path), FileType::Regular);
  if (nodes_.at(inode).type == FileType::Directory) return failed_with(EISDIR, doing, path);
  if (nodes_.at(inode).type != FileType::Regular) return failed_with(ELOOP, doing, path);
  return inode;
}

Status FakeFileSystem::set_content(const std::string& path, FakeContent content) {
  COWHERD_ASSIGN(const Inode inode, file_for_writing(path, "write"));
  Node& node = nodes_.at(inode);
  node.content = {};
  changed(inode);
  if (!fits(allocated_by(content))) return failed_with(ENOSPC, "write", path);
  node.content = std::move(content);
  return {};
}

Status FakeFileSystem::write(const std::string& path, std::string_view content) {
  return faults_.call("write " + path, [&]() -> Status {
    return set_content(path, {std::string(content), Bytes{content.size()}});
  });
}

Status FakeFileSystem::resize(const std::string& path, Bytes size) {
  return faults_.call("resize " + path, [&]() -> Status {
    COWHERD_ASSIGN(const Inode inode, file_for_writing(path, "resize"));
    FakeContent& content = nodes_.at(inode).content;
    content.size = size;
    if (content.bytes.size() > size.value) content.bytes.resize(size.value);
    changed(inode);
    return {};
  });
}

Status FakeFileSystem::sync(const std::string& path) {
  return faults_.call("sync " + path, [&]() -> Status {
    COWHERD_ASSIGN(const Inode inode, existing(path, "sync"));
    if (nodes_.at(inode).type == FileType::Directory) {
      sync_directory(inode);
    } else {
      nodes_.at(inode).synced_content = nodes_.at(inode).content;
    }
    return {};
  });
}

Status FakeFileSystem::rename(const std::string& from, const std::string& to, RenameMode mode) {
  return faults_.call("rename " + from + " to " + to, [&]() -> Status {
    COWHERD_ASSIGN(const Inode moved, existing(from, "rename"));
    COWHERD_ASSIGN(const Inode from_directory, parent(from, "rename"));
    COWHERD_ASSIGN(const Inode to_directory, parent(to, "rename to"));
    const Inode replaced = find(to);
    if (replaced != 0 && mode == RenameMode::NoReplace) return failed_with(EEXIST, "rename to", to);
    if (mode == RenameMode::Exchange) return exchange(from, to);
    if (replaced == moved) return {};
    if (to.compare(0, from.size() + 1, from + "/") == 0) return failed_with(EINVAL, "rename to", to);
    if (replaced != 0) {
      const bool onto_directory = nodes_.at(replaced).type == FileType::Directory;
      const bool from_dir = nodes_.at(moved).type == FileType::Directory;
      if (onto_directory && !from_dir) return failed_with(EISDIR, "rename to", to);
      if (!onto_directory && from_dir) return failed_with(ENOTDIR, "rename to", to);
      if (onto_directory && !nodes_.at(replaced).entries.empty()) return failed_with(ENOTEMPTY, "rename to", to);
    }
    renamed(from_directory, name_of(from), to_directory, name_of(to));
    return {};
  });
}

// Within one directory: durable as one step with its sync.
Status FakeFileSystem::exchange(const std::string& from, const std::string& to) {
  COWHERD_ASSIGN(const Inode one, existing(from, "exchange"));
  COWHERD_ASSIGN(const Inode other, existing(to, "exchange"));
  COWHERD_ASSIGN(const Inode directory, parent(from, "exchange"));
  if (parent_of(from) != parent_of(to)) return failed_with(EXDEV, "exchange", to);
  Entries& entries = nodes_.at(directory).entries;
  entries[name_of(from)] = other;
  entries[name_of(to)] = one;
  changed(directory);
  return {};
}

Status FakeFileSystem::make_directory(const std::string& path) {
  return faults_.call("make directory " + path, [&]() -> Status {
    COWHERD_TRY(permitted(path, "make directory"));
    const Inode inode = find(path);
    if (inode != 0 && nodes_.at(inode).type == FileType::Directory) return {};
    if (inode != 0) return failed_with(EEXIST, "make directory", path);
    COWHERD_ASSIGN(const Inode directory, parent(path, "make directory"));
    if (!fits(Bytes{kBlock})) return failed_with(ENOSPC, "make directory", path);
    add_node(directory, name_of(path), FileType::Directory);
    return {};
  });
}

Status FakeFileSystem::link(const std::string& existing_path, const std::string& name) {
  return faults_.call("link " + existing_path + " as " + name, [&]() -> Status {
    COWHERD_ASSIGN(const Inode inode, existing(existing_path, "link"));
    COWHERD_ASSIGN(const Inode directory, parent(name, "link to"));
    if (nodes_.at(inode).type == FileType::Directory) return failed_with(EPERM, "link", existing_path);
    if (find(name) != 0) return failed_with(EEXIST, "link to", name);
    nodes_.at(directory).entries[name_of(name)] = inode;
    nodes_.at(inode).links += 1;
    changed(directory);
    nodes_.at(inode).ctime_ns = now_ns_;
    return {};
  });
}

Status FakeFileSystem::remove(const std::string& path) {
  return faults_.call("remove " + path, [&]() -> Status {
    COWHERD_ASSIGN(const Inode inode, existing(path, "remove"));
    COWHERD_ASSIGN(const Inode directory, parent(path, "remove"));
    if (!nodes_.at(inode).entries.empty()) return failed_with(ENOTEMPTY, "remove", path);
    drop_name(directory, name_of(path));
    return {};
  });
}

}  // namespace cowherd::testing
