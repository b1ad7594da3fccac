// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/watch.h"

#include <algorithm>
#include <utility>

namespace cowherd {

Watch::Watch(WatchRequest request, std::shared_ptr<const Page> page, Moment now)
    : request_(std::move(request)), position_(request_.after.value_or(page->version)), begun_(now), last_line_(now) {
  if (request_.after) return;
  present_ = std::move(page);
  next_present_ = present_->objects.begin();
}

SharedText Watch::next_present() {
  while (next_present_ != present_->objects.end()) {
    const auto& [name, posted] = *next_present_++;
    if (request_.of.has(name)) return event_line("ADDED", *posted->text);
  }
  present_.reset();
  return nullptr;
}

SharedText Watch::next_change(const Page& page) {
  if (position_ < page.forgotten) {
    ended_ = true;
    return event_line("ERROR", expired_status(position_, page));
  }
  auto change = std::upper_bound(page.changes.begin(), page.changes.end(), position_,
                                 [](BoardVersion version, const Change& one) { return version < one.version; });
  for (; change != page.changes.end(); ++change) {
    position_ = change->version;
    if (request_.of.has(change->object)) return change->line;
  }
  position_ = page.version;
  return nullptr;
}

SharedText Watch::bookmark_due(Moment now) {
  if (!request_.bookmarks || now - last_line_ < kBetweenBookmarks) return nullptr;
  return event_line("BOOKMARK", "{\"apiVersion\":\"" + std::string(kApiVersion) + "\",\"kind\":\"" +
                                    std::string(to_string(request_.of.kind)) + "\",\"metadata\":{\"resourceVersion\":\"" +
                                    std::to_string(position_) + "\"}}");
}

SharedText Watch::next(const std::shared_ptr<const Page>& page, Moment now) {
  if (ended_) return nullptr;
  SharedText line = present_ ? next_present() : nullptr;
  if (!line) line = next_change(*page);
  if (!line) line = bookmark_due(now);
  if (line) {
    last_line_ = now;
  } else if (request_.most && now - begun_ >= *request_.most) {
    ended_ = true;
  }
  return line;
}

}  // namespace cowherd
