// SPDX-License-Identifier: Apache-2.0
#include "resources/files/placement.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr std::uint32_t kBatch = 512;
// What the kernel does not know the place of yet, or does not store as it is, cannot be compared with others.
constexpr std::uint32_t kUnplaced = FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED |
                                    FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE;

void share(const std::set<std::string>& owners, Bytes bytes, SpaceShares& shares) {
  if (bytes.value == 0 || owners.empty()) return;
  if (owners.size() == 1) {
    Bytes& exclusive = shares.owners[*owners.begin()].exclusive;
    exclusive = exclusive + bytes;
    return;
  }
  for (const std::string& owner : owners) shares.owners[owner].shared = shares.owners[owner].shared + bytes;
  shares.shared_once = shares.shared_once + bytes;
}

}  // namespace

Result<std::vector<PlacedExtent>> shared_extents(const std::string& path) {
  COWHERD_ASSIGN(const UniqueFd fd, open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, "look at the blocks of"));
  std::vector<PlacedExtent> found;
  // The kernel fills in the extents behind the header.
  std::vector<std::uint64_t> room((sizeof(fiemap) + kBatch * sizeof(fiemap_extent)) / sizeof(std::uint64_t));
  auto* const batch = reinterpret_cast<fiemap*>(room.data());
  std::uint64_t from = 0;
  while (true) {
    std::fill(room.begin(), room.end(), 0);
    batch->fm_start = from;
    batch->fm_length = FIEMAP_MAX_OFFSET - from;
    batch->fm_extent_count = kBatch;
    if (::ioctl(fd.get(), FS_IOC_FIEMAP, batch) != 0) {
      if (errno == EOPNOTSUPP || errno == ENOTTY || errno == EBADR || errno == EINVAL) return std::vector<PlacedExtent>{};
      return fail(path_error(errno, "look at the blocks of", path));
    }
    if (batch->fm_mapped_extents == 0) return found;
    for (std::uint32_t i = 0; i < batch->fm_mapped_extents; ++i) {
      const fiemap_extent& extent = batch->fm_extents[i];
      from = extent.fe_logical + extent.fe_length;
      const bool is_shared = (extent.fe_flags & FIEMAP_EXTENT_SHARED) != 0 && (extent.fe_flags & kUnplaced) == 0;
      if (is_shared) found.push_back({extent.fe_physical, Bytes{extent.fe_length}});
      if ((extent.fe_flags & FIEMAP_EXTENT_LAST) != 0) return found;
    }
  }
}

Bytes SpaceShares::total() const {
  Bytes sum = shared_once;
  for (const auto& [name, owner] : owners) sum = sum + owner.exclusive;
  return sum;
}

void SpaceLedger::add(const std::string& owner, const FileStamp& file, const std::vector<PlacedExtent>& shared) {
  Bytes placed;
  for (const PlacedExtent& extent : shared) placed = placed + extent.length;
  const bool is_believed = placed <= file.allocated;
  File& known = files_[file.id];
  known.owners.insert(owner);
  known.own = file.allocated - (is_believed ? placed : Bytes{});
  if (!is_believed) return;
  for (const PlacedExtent& extent : shared) {
    edges_[file.id.device].push_back({extent.physical, 1, owner});
    edges_[file.id.device].push_back({extent.physical + extent.length.value, -1, owner});
  }
}

void SpaceLedger::share_extents(const std::vector<Edge>& edges, SpaceShares& shares) const {
  std::map<std::string, int> here;
  std::uint64_t at = 0;
  for (const Edge& edge : edges) {
    std::set<std::string> owners;
    for (const auto& [owner, count] : here) owners.insert(owner);
    share(owners, Bytes{edge.at - at}, shares);
    at = edge.at;
    if ((here[edge.owner] += edge.change) == 0) here.erase(edge.owner);
  }
}

SpaceShares SpaceLedger::shares() const {
  SpaceShares shares;
  for (const auto& [id, file] : files_) {
    for (const std::string& owner : file.owners) shares.owners[owner];
    share(file.owners, file.own, shares);
  }
  for (const auto& [device, unsorted] : edges_) {
    std::vector<Edge> edges = unsorted;
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
    share_extents(edges, shares);
  }
  return shares;
}

}  // namespace cowherd
