// SPDX-License-Identifier: Apache-2.0
// The hands of the world and of the test on the fake file system: power loss, putting and peeking.
#include <cerrno>
#include <functional>

#include "resources/files/publish.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

void FakeFileSystem::lose_power() {
  moves_.clear();
  for (auto& [inode, node] : nodes_) {
    node.entries = node.synced_entries;
    node.content = node.synced_content.value_or(FakeContent{});
    node.links = 0;
  }
  const std::function<void(Inode)> reach = [&](Inode inode) {
    Node& node = nodes_.at(inode);
    node.links += 1;
    if (node.type != FileType::Directory) {
      node.synced_content = node.content;
      return;
    }
    for (const auto& [name, child] : node.entries) reach(child);
  };
  reach(1);
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    node = node->second.links == 0 ? nodes_.erase(node) : std::next(node);
  }
}

void FakeFileSystem::put_directory(const std::string& path) {
  if (path == "/" || path.empty() || exists(path)) return;
  const std::string above = parent_of(path);
  put_directory(above);
  add_node(find(above), name_of(path), FileType::Directory);
  persist_path(path);
}

void FakeFileSystem::put(const std::string& path, std::string_view content) {
  put_directory(parent_of(path));
  Inode inode = find(path);
  if (inode == 0) inode = add_node(find(parent_of(path)), name_of(path), FileType::Regular);
  nodes_.at(inode).content = {std::string(content), Bytes{content.size()}};
  changed(inode);
  persist_path(path);
}

void FakeFileSystem::put_symlink(const std::string& path, const std::string& target) {
  put_directory(parent_of(path));
  const Inode inode = add_node(find(parent_of(path)), name_of(path), FileType::Symlink);
  nodes_.at(inode).target = target;
  persist_path(path);
}

// Makes one name and its content durable, and nothing else.
void FakeFileSystem::persist_path(const std::string& path) {
  const Inode inode = find(path);
  nodes_.at(find(parent_of(path))).synced_entries[name_of(path)] = inode;
  if (nodes_.at(inode).type != FileType::Directory) nodes_.at(inode).synced_content = nodes_.at(inode).content;
}

void FakeFileSystem::erase(const std::string& path) {
  const Inode inode = find(path);
  if (inode == 0) return;
  const Entries children = nodes_.at(inode).entries;
  for (const auto& [name, child] : children) erase(path + "/" + name);
  drop_name(find(parent_of(path)), name_of(path));
  nodes_.at(find(parent_of(path))).synced_entries.erase(name_of(path));
}

std::optional<std::string> FakeFileSystem::peek(const std::string& path) const {
  const Inode inode = find(path);
  if (inode == 0 || nodes_.at(inode).type != FileType::Regular) return std::nullopt;
  std::string text = nodes_.at(inode).content.bytes;
  text.resize(nodes_.at(inode).content.size.value, '\0');
  return text;
}

std::optional<FileStamp> FakeFileSystem::peek_stamp(const std::string& path) const {
  const Inode inode = find(path);
  if (inode == 0) return std::nullopt;
  return stamp(inode);
}

std::map<std::string, std::string> FakeFileSystem::peek_tree(const std::string& directory) const {
  std::map<std::string, std::string> tree;
  const Inode inode = find(directory);
  if (inode == 0) return tree;
  const std::string prefix = directory == "/" ? "/" : directory + "/";
  for (const auto& [name, child] : nodes_.at(inode).entries) {
    const Node& node = nodes_.at(child);
    if (node.type != FileType::Directory) {
      tree[prefix + name] = node.type == FileType::Symlink ? "-> " + node.target : node.content.bytes;
      continue;
    }
    tree[prefix + name + "/"] = "";
    for (auto& [path, content] : peek_tree(prefix + name)) tree[path] = content;
  }
  return tree;
}

Result<FakeContent> FakeFileSystem::content_of(const std::string& path) const {
  COWHERD_TRY(permitted(path, "open"));
  const Inode inode = find_following(path);
  if (inode == 0) return fail(errno_error(ENOENT, "open '" + path + "'"));
  if (nodes_.at(inode).type != FileType::Regular) {
    return fail(ErrorKind::Invalid, "open '" + path + "': not a regular file");
  }
  return nodes_.at(inode).content;
}

Result<FileStamp> FakeFileSystem::stamp_of(const std::string& path) const {
  COWHERD_TRY(permitted(path, "stat"));
  const Inode inode = find_following(path);
  if (inode == 0) return fail(errno_error(ENOENT, "stat '" + path + "'"));
  return stamp(inode);
}

}  // namespace cowherd::testing
