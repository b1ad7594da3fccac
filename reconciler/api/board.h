// SPDX-License-Identifier: Apache-2.0
// What the daemon tells its clients. Each look becomes one Page, whole and never changed once it is posted; who reads
// holds the page for as long as it likes, and the loop never waits for a reader.
//
// Versions are those of Kubernetes' resourceVersion: every change of an object has one of its own, and they only grow.
// The last changes are kept so that a watch can go on from where a list was read; who asks for older ones begins again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "reconciler/daemon/status.h"

namespace cowherd {

using BoardVersion = std::uint64_t;
// Shared by the pages that have it and by every connection that is sending it.
using SharedText = std::shared_ptr<const std::string>;
SharedText shared(std::string text);
// One line of a watch: {"type":type,"object":document} and a newline. document is JSON without a newline.
SharedText event_line(std::string_view type, std::string_view document);

struct Posted {
  ObjectStatus status{};
  BoardVersion version = 0;
  SharedText text{};  // the document, one line of JSON
};

struct Change {
  BoardVersion version = 0;
  ObjectName object{};
  SharedText line{};  // an event_line of ADDED, MODIFIED or DELETED
};

// How the look went that a page was made of.
struct LookReport {
  Moment at{};
  bool manifests_read = false;
  std::string problem{};            // why they were not
  std::size_t invalid_manifests = 0;  // errors in those that were read; what was in force before stays
  std::vector<SourceStatus> sources{};
};

struct Page {
  BoardVersion version = 0;
  BoardVersion forgotten = 0;  // changes up to this one are not kept
  std::map<ObjectName, std::shared_ptr<const Posted>> objects{};  // shared with the pages before and after
  std::vector<Change> changes{};                                  // oldest first
  LookReport look{};
};

struct BoardLimits {
  std::size_t changes = 1024;
  std::size_t bytes = 8 << 20;  // of their lines
};

class Board {
 public:
  // first: greater than any version of a board before it, so that their clients notice that they have to begin again.
  explicit Board(BoardVersion first, BoardLimits limits = {}) : first_(first), limits_(limits) {}

  // One thread posts. Documents are made only of statuses that changed.
  void post(const std::vector<ObjectStatus>& statuses, LookReport look);
  // From any thread; null before the first look.
  std::shared_ptr<const Page> page() const;

 private:
  BoardVersion first_;
  BoardLimits limits_;
  mutable std::mutex mutex_{};
  std::shared_ptr<const Page> page_{};
};

}  // namespace cowherd
