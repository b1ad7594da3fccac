// SPDX-License-Identifier: Apache-2.0
// A repository with one branch. Commits are numbered; each descends from the branch's tip when it was made, unless it is told
// otherwise. Safe from several threads.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "resources/git/git_remote.h"

namespace cowherd::testing {

class FakeGitRemote final : public GitRemote {
 public:
  using Files = std::map<std::string, std::string>;

  static CommitId commit_id(int number) {
    std::string text = std::to_string(number);
    text.insert(0, 40 - text.size(), 'a');
    return *CommitId::make(text);
  }

  // The new tip.
  CommitId push(Files files) { return add(std::move(files), tip_); }
  // A tip without history.
  CommitId force_push(Files files) { return add(std::move(files), CommitId{}); }
  // The server refuses from now on, or answers again.
  void break_down(std::optional<Error> error) {
    const std::lock_guard<std::mutex> guard(mutex_);
    error_ = std::move(error);
  }
  int fetches() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return fetches_;
  }

  // Until it was asked so many times more; false when that takes too long.
  bool wait_for_polls(int more) {
    std::unique_lock<std::mutex> lock(mutex_);
    return polled_.wait_for(lock, std::chrono::seconds{20}, [this, enough = polls_ + more] { return polls_ >= enough; });
  }

  Result<CommitId> tip(const GitPlace&, std::stop_token) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    ++polls_;
    polled_.notify_all();
    if (error_) return fail(*error_);
    return tip_;
  }

  Result<Fetched> fetch(const GitPlace& place, const CommitId& tip, const CommitId& in_force, std::stop_token) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    ++fetches_;
    if (error_) return fail(*error_);
    if (place.rewrites == Rewrites::Refuse && !in_force.empty() && !descends(tip, in_force)) {
      return Fetched(Refusal{tip, "Rewound", "it does not descend from " + in_force.short7(), ""});
    }
    return Fetched(Revision{tip, "commit " + tip.short7(), "A U Thor <a@example.org>", Moment{}, "", commits_.at(tip).files});
  }

 private:
  struct Commit {
    Files files{};
    CommitId parent{};
  };

  CommitId add(Files files, CommitId parent) {
    const std::lock_guard<std::mutex> guard(mutex_);
    tip_ = commit_id(++count_);
    commits_[tip_] = {std::move(files), std::move(parent)};
    return tip_;
  }
  bool descends(CommitId from, const CommitId& ancestor) const {
    while (!from.empty() && from != ancestor) from = commits_.at(from).parent;
    return from == ancestor;
  }

  mutable std::mutex mutex_{};
  std::map<CommitId, Commit> commits_{};
  CommitId tip_{};
  std::optional<Error> error_{};
  std::condition_variable polled_{};
  int polls_ = 0;
  int count_ = 0;
  int fetches_ = 0;
};

}  // namespace cowherd::testing
