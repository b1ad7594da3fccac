// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/wakeups.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace cowherd {

Result<std::unique_ptr<Wakeups>> Wakeups::make() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return fail(errno_error(errno, "create an epoll descriptor"));
  UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.valid()) return fail(errno_error(errno, "create an eventfd"));
  std::unique_ptr<Wakeups> wakeups(new Wakeups(std::move(epoll), std::move(event)));  // the constructor is private
  COWHERD_TRY(wakeups->watch(wakeups->event_.get(), kNotified));
  return wakeups;
}

Status Wakeups::watch(int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return fail(errno_error(errno, "watch a descriptor"));
  return {};
}

void Wakeups::unwatch(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void Wakeups::notify() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);  // a full counter wakes all the same
}

std::vector<std::uint64_t> Wakeups::wait(Span most) {
  std::array<epoll_event, 64> events{};
  const auto timeout = static_cast<int>(std::clamp<std::int64_t>(most.count(), 0, 3'600'000));
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
  std::vector<std::uint64_t> tags;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
    if (tag == kNotified) {
      std::uint64_t counted = 0;
      [[maybe_unused]] const auto got = ::read(event_.get(), &counted, sizeof counted);
    }
    tags.push_back(tag);
  }
  return tags;
}

}  // namespace cowherd
