// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/watch_work.h"

#include <future>
#include <mutex>

#include "reconciler/commands/progress_bar.h"
#include "reconciler/daemon/loop.h"
#include "resources/files/clock.h"

namespace cowherd {

namespace {

constexpr Span kBetweenLooks{10};
constexpr int kLooksPerDrawing = 10;

// How far the worker is, for the thread that draws.
class Measure {
 public:
  void set(Bytes done, Bytes total) {
    const std::lock_guard<std::mutex> guard(mutex_);
    step_.done = done;
    step_.total = total;
  }
  void begin(const std::string& description, Moment now) {
    const std::lock_guard<std::mutex> guard(mutex_);
    step_.description = description;
    step_.begun = now;
  }
  Running now() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return step_;
  }

 private:
  mutable std::mutex mutex_{};
  Running step_{};
};

}  // namespace

Status watch_work(const std::string& description, const std::function<void(const BulkControl&)>& work) {
  COWHERD_ASSIGN(Signals signals, Signals::block());  // before there is another thread
  const SystemClock clock;
  std::stop_source stop;
  Measure measure;
  measure.begin(description, clock.now());
  const BulkControl control{stop.get_token(), [&](Bytes done, Bytes total) { measure.set(done, total); }};
  const auto ended = std::async(std::launch::async, [&] { work(control); });
  ProgressBar bar;
  for (int looks = 1; ended.wait_for(kBetweenLooks) != std::future_status::ready; ++looks) {
    if (signals.take() == Signals::Request::Stop) stop.request_stop();
    if (looks % kLooksPerDrawing == 0) bar.show({measure.now()}, clock.now());
  }
  bar.show({}, clock.now());
  return {};
}

}  // namespace cowherd
