// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/follower.h"

namespace cowherd {

namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

Follower::Follower(GitRemote& remote, GitPlace place, Pace pace, const Clock& clock, std::function<void()> notify,
                   KnownCommits known)
    : remote_(remote),
      place_(std::move(place)),
      pace_(pace),
      clock_(clock),
      notify_(std::move(notify)),
      known_(std::move(known)) {
  thread_ = std::thread([this] { run(stop_.get_token()); });
}

Follower::~Follower() {
  stop_.request_stop();
  thread_.join();
}

void Follower::ask() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    asked_ = true;
  }
  bell_.notify_all();
}

void Follower::know(KnownCommits known) {
  const std::lock_guard<std::mutex> guard(mutex_);
  known_ = std::move(known);
}

std::vector<Poll> Follower::take() {
  const std::lock_guard<std::mutex> guard(mutex_);
  return std::exchange(ended_, {});
}

void Follower::run(const std::stop_token& stop) {
  Steady::time_point due = Steady::now();
  while (const std::optional<Cause> cause = sleep(due, stop)) {
    const Steady::time_point began = Steady::now();
    hand_over(poll(*cause, stop), *cause);
    due = Steady::now() + jittered();
    std::unique_lock<std::mutex> lock(mutex_);
    bell_.wait_until(lock, stop, began + pace_.least, [] { return false; });
  }
}

std::optional<Follower::Cause> Follower::sleep(Steady::time_point until, const std::stop_token& stop) {
  std::unique_lock<std::mutex> lock(mutex_);
  bell_.wait_until(lock, stop, until, [this] { return asked_; });
  if (stop.stop_requested()) return std::nullopt;
  return std::exchange(asked_, false) ? Cause::Asked : Cause::Time;
}

Poll Follower::poll(Cause cause, const std::stop_token& stop) {
  KnownCommits known;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    known = known_;
  }
  Poll poll;
  poll.began = clock_.now();
  const auto end = [&](std::optional<Error> error) {
    poll.error = std::move(error);
    poll.ended = clock_.now();
    return poll;
  };
  const Result<CommitId> tip = remote_.tip(place_, stop);
  if (!tip) return end(tip.error());
  poll.tip = *tip;
  const bool is_known = *tip == known.latest || (*tip == known.refused && cause == Cause::Time);
  if (is_known) return end({});
  Result<Fetched> fetched = remote_.fetch(place_, *tip, known.descends_from, stop);
  if (!fetched) return end(fetched.error());
  poll.fetched = *std::move(fetched);
  return end({});
}

// What the loop did not see yet is known here already: it is not fetched twice.
void Follower::hand_over(Poll poll, Cause cause) {
  bool is_news = cause == Cause::Asked || poll.fetched;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    is_news = is_news || poll.error.has_value() != failed_before_;
    failed_before_ = poll.error.has_value();
    if (poll.fetched && std::holds_alternative<Revision>(*poll.fetched)) known_.latest = poll.tip;
    if (poll.fetched && std::holds_alternative<Refusal>(*poll.fetched)) known_.refused = poll.tip;
    if (!is_news && !ended_.empty() && !ended_.back().fetched) ended_.pop_back();  // the newer one says the same
    ended_.push_back(std::move(poll));
  }
  if (is_news) notify_();
}

Span Follower::jittered() {
  const Span::rep most = pace_.interval.count() / 10;
  return pace_.interval + Span{std::uniform_int_distribution<Span::rep>{-most, most}(random_)};
}

}  // namespace cowherd
