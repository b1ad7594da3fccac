// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/board.h"

#include <utility>

#include "reconciler/api/object_document.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

Value versioned(const ObjectStatus& status, BoardVersion version) {
  Value document = object_document(status);
  document.set_path("metadata.resourceVersion", std::to_string(version));
  return document;
}

std::shared_ptr<const Posted> post_one(const ObjectStatus& status, const Posted* before, Page& page) {
  auto posted = std::make_shared<Posted>();
  posted->status = status;
  posted->version = ++page.version;
  posted->text = shared(print_json(versioned(status, page.version), JsonStyle::Compact));
  const char* type = before == nullptr ? "ADDED" : "MODIFIED";
  page.changes.push_back({page.version, status.name, event_line(type, *posted->text)});
  return posted;
}

void take_down(const Posted& gone, Page& page) {
  Value document = versioned(gone.status, ++page.version);
  document.set_path("metadata.deletionTimestamp", print_moment(page.look.at));
  page.changes.push_back({page.version, gone.status.name, event_line("DELETED", print_json(document, JsonStyle::Compact))});
}

void forget_oldest(const BoardLimits& limits, Page& page) {
  std::size_t kept = 0;
  std::size_t bytes = 0;
  for (auto change = page.changes.rbegin(); change != page.changes.rend(); ++change) {
    bytes += change->line->size();
    if (kept == limits.changes || bytes > limits.bytes) break;
    ++kept;
  }
  const auto end = page.changes.end() - static_cast<std::ptrdiff_t>(kept);
  if (end != page.changes.begin()) page.forgotten = (end - 1)->version;
  page.changes.erase(page.changes.begin(), end);
}

}  // namespace

SharedText shared(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

SharedText event_line(std::string_view type, std::string_view document) {
  return shared("{\"type\":\"" + std::string(type) + "\",\"object\":" + std::string(document) + "}\n");
}

void Board::post(const std::vector<ObjectStatus>& statuses, LookReport look) {
  const std::shared_ptr<const Page> before = page();
  auto next = std::make_shared<Page>();
  next->look = std::move(look);
  next->version = before ? before->version : first_;
  if (before) {
    next->forgotten = before->forgotten;
    next->changes = before->changes;
  }
  for (const ObjectStatus& status : statuses) {
    const auto known = before ? before->objects.find(status.name) : decltype(before->objects.end()){};
    const bool was_there = before && known != before->objects.end();
    const bool is_same = was_there && known->second->status == status;
    next->objects[status.name] = is_same ? known->second : post_one(status, was_there ? &*known->second : nullptr, *next);
  }
  if (before) {
    for (const auto& [name, posted] : before->objects) {
      if (!next->objects.contains(name)) take_down(*posted, *next);
    }
  } else {
    next->changes.clear();  // nobody can have seen anything before the first page
    next->forgotten = next->version;
  }
  forget_oldest(limits_, *next);
  const std::lock_guard<std::mutex> guard(mutex_);
  page_ = std::move(next);
}

std::shared_ptr<const Page> Board::page() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return page_;
}

}  // namespace cowherd
