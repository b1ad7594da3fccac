// SPDX-License-Identifier: Apache-2.0
// One client's position in the changes: which line it is sent next. Nothing is queued for a client; what it has not
// taken is on the board for as long as the board keeps it, and who falls further behind is told 410 and ends. Pure.
#pragma once

#include <algorithm>

#include "reconciler/api/answer.h"

namespace cowherd {

inline constexpr Span kBetweenBookmarks = std::chrono::seconds{30};

class Watch {
 public:
  // page: what the request was answered from. now: of any clock that does not jump; the same in next().
  Watch(WatchRequest request, std::shared_ptr<const Page> page, Moment now);

  // The next line to send. Null: there is none now, or, when ended(), never more.
  SharedText next(const std::shared_ptr<const Page>& page, Moment now);
  bool ended() const { return ended_; }
  // How many of the page's changes it has not been through.
  BoardVersion behind(const Page& page) const { return page.version - std::min(position_, page.version); }

 private:
  SharedText next_present();
  SharedText next_change(const Page& page);
  SharedText bookmark_due(Moment now);

  WatchRequest request_;
  std::shared_ptr<const Page> present_;  // whose objects come first; null once they have
  std::map<ObjectName, std::shared_ptr<const Posted>>::const_iterator next_present_{};
  BoardVersion position_;
  Moment begun_;
  Moment last_line_;
  bool ended_ = false;
};

}  // namespace cowherd
