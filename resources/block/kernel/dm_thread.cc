// SPDX-License-Identifier: Apache-2.0
#include "resources/block/kernel/dm_thread.h"

namespace cowherd {

DmThread::DmThread(Span deadline) : deadline_(deadline), thread_([state = state_] { work(state); }) {}

DmThread::~DmThread() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->jobs.clear();
  state_->changed.notify_all();
  const bool ended = state_->changed.wait_for(lock, deadline_, [this] { return state_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void DmThread::work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return state->stopping || !state->jobs.empty(); });
    if (state->stopping) break;
    Job job = std::move(state->jobs.front());
    state->jobs.pop_front();
    state->running = job.doing;
    state->since = std::chrono::steady_clock::now();
    lock.unlock();
    job.body();
    job = {};
    lock.lock();
    state->running.clear();
  }
  state->ended = true;
  state->changed.notify_all();
}

Status DmThread::post(const std::string& doing, std::function<void()> body) {
  {
    const std::lock_guard lock(state_->mutex);
    const bool busy = !state_->running.empty();
    if (!busy || std::chrono::steady_clock::now() - state_->since < deadline_) {
      state_->jobs.push_back({doing, std::move(body)});
      state_->changed.notify_all();
      return {};
    }
  }
  return stuck(doing);
}

tl::unexpected<Error> DmThread::stuck(const std::string& doing) const {
  const std::lock_guard lock(state_->mutex);
  const std::string where = state_->running.empty() ? "is behind" : "is stuck in '" + state_->running + "'";
  return fail(ErrorKind::Busy, doing + ": the device-mapper thread " + where,
              "the kernel does not answer; see 'dmesg' and 'dmsetup info' for a suspended or failing device");
}

}  // namespace cowherd
