// SPDX-License-Identifier: Apache-2.0
// A thread that asks a repository's server now and then, and fetches what is new. It only reads: what it brings is taken by
// the loop, which alone decides and writes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

#include "resources/files/clock.h"
#include "resources/git/git_remote.h"

namespace cowherd {

// What is known already and need not be fetched.
struct KnownCommits {
  CommitId latest{};         // had whole
  CommitId refused{};        // had, and refused; fetched again only when a person asks
  CommitId descends_from{};  // what a new one has to descend from
  bool operator==(const KnownCommits&) const = default;
};

struct Pace {
  Span interval{60'000};
  Span least{1'000};  // between the beginnings of two polls, however often they are asked for
};

// What one poll brought.
struct Poll {
  Moment began{};
  Moment ended{};
  CommitId tip{};                    // empty with an error
  std::optional<Fetched> fetched{};  // nothing: the tip was known
  std::optional<Error> error{};
};

class Follower {
 public:
  // Polls at once, then every interval, ten percent more or less: many hosts that start together drift apart. notify is
  // called on the follower's thread when the loop has something to see; it must not block. remote and clock outlive this.
  Follower(GitRemote& remote, GitPlace place, Pace pace, const Clock& clock, std::function<void()> notify, KnownCommits known);
  // Ends what is under way and waits for it.
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Polls as soon as the pace allows. From any thread.
  void ask();
  void know(KnownCommits known);
  // What ended since, oldest first.
  std::vector<Poll> take();

 private:
  enum class Cause { Time, Asked };
  void run(const std::stop_token& stop);
  // Nothing: it is to stop.
  std::optional<Cause> sleep(std::chrono::steady_clock::time_point until, const std::stop_token& stop);
  Poll poll(Cause cause, const std::stop_token& stop);
  void hand_over(Poll poll, Cause cause);
  Span jittered();

  GitRemote& remote_;
  const GitPlace place_;
  const Pace pace_;
  const Clock& clock_;
  const std::function<void()> notify_;
  std::minstd_rand random_{std::random_device{}()};

  std::mutex mutex_{};  // over what follows
  std::condition_variable_any bell_{};
  bool asked_ = false;
  bool failed_before_ = false;
  KnownCommits known_;
  std::vector<Poll> ended_{};

  std::stop_source stop_{};
  std::thread thread_{};
};

}  // namespace cowherd
