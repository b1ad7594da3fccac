// SPDX-License-Identifier: Apache-2.0
// The one thread that libdevmapper is called from: it keeps global state (log function, control descriptor,
// queue of node operations) and is not thread-safe. Callers of any thread wait for the answer up to a
// deadline; past it they get Busy and the job is told that nobody waits any more. Make one DmThread per
// process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Read by a job of several steps before each of them: the caller gave up and may have let go of what the step
// needs.
class GaveUp {
 public:
  bool operator()() const { return *flag_; }
  void set() { *flag_ = true; }

 private:
  // Shared by the caller, who may leave first, and the job.
  std::shared_ptr<std::atomic<bool>> flag_ = std::make_shared<std::atomic<bool>>(false);
};

class DmThread {
 public:
  explicit DmThread(Span deadline);
  // Waits for the running job up to the deadline; a thread that hangs in the kernel is left behind.
  ~DmThread();
  DmThread(const DmThread&) = delete;
  DmThread& operator=(const DmThread&) = delete;

  // Runs the job there. It must own everything it uses: it may outlive the call.
  template <class T>
  Result<T> run(const std::string& doing, std::function<Result<T>(const GaveUp&)> job) {
    GaveUp gave_up;
    auto answer = std::make_shared<std::promise<Result<T>>>();  // shared by the caller and the job
    std::future<Result<T>> result = answer->get_future();
    COWHERD_TRY(post(doing, [answer, gave_up, job = std::move(job)] {
      if (gave_up()) return;
      answer->set_value(job(gave_up));
    }));
    if (result.wait_for(deadline_) == std::future_status::ready) return result.get();
    gave_up.set();
    return stuck(doing);
  }

 private:
  struct Job {
    std::string doing{};
    std::function<void()> body{};
  };
  // Shared by the owner and the thread, which outlives it when it hangs.
  struct State {
    std::mutex mutex{};
    std::condition_variable changed{};
    std::deque<Job> jobs{};
    std::string running{};  // "" while it waits for a job
    std::chrono::steady_clock::time_point since{};
    bool stopping = false;
    bool ended = false;
  };

  static void work(const std::shared_ptr<State>& state);
  // Busy at once when the thread has been stuck for longer than the deadline.
  Status post(const std::string& doing, std::function<void()> body);
  tl::unexpected<Error> stuck(const std::string& doing) const;

  Span deadline_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace cowherd
