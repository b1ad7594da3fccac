// SPDX-License-Identifier: Apache-2.0
// cowherd cow merge: a base image and a store as one flat image. On a terminal it shows how far it is; SIGINT and SIGTERM
// end it with nothing left behind.
#include <cstdio>
#include <filesystem>
#include <future>
#include <mutex>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/cow.h"
#include "reconciler/commands/progress_bar.h"
#include "reconciler/commands/tell.h"
#include "reconciler/daemon/loop.h"
#include "resources/files/clock.h"
#include "resources/files/json.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"

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

Result<FlattenReport> flatten_watched(const FlattenPlan& plan) {
  COWHERD_ASSIGN(Signals signals, Signals::block());  // before there is another thread
  const SystemClock clock;
  LinuxFileSystem files;
  LinuxBulkFiles bulk;
  LinuxFileParts parts;
  std::stop_source stop;
  Measure measure;
  measure.begin("make '" + plan.output + "'", clock.now());
  const BulkControl control{stop.get_token(), [&](Bytes done, Bytes total) { measure.set(done, total); }};
  auto report = std::async(std::launch::async, [&] { return flatten({files, bulk, parts}, plan, control); });
  ProgressBar bar;
  for (int looks = 1; report.wait_for(kBetweenLooks) != std::future_status::ready; ++looks) {
    if (signals.take() == Signals::Request::Stop) stop.request_stop();
    if (looks % kLooksPerDrawing == 0) bar.show({measure.now()}, clock.now());
  }
  bar.show({}, clock.now());
  return report.get();
}

// Nobody but the owner and root is told; others go on and notice afterwards when something changed.
void tell_when_unknown(const std::string& store) {
  const auto file = LinuxFileParts().open(store);
  if (file && (*file)->writers() == Writers::CannotTell) {
    tell("cannot tell whether '" + store + "' is in use: only its owner and root can");
  }
}

void print_report(const CowMergeArguments& arguments, const FlattenReport& report) {
  const bool cloned = report.base.method == CopyMethod::Reflink;
  if (arguments.format == OutputFormat::Json) {
    const auto number = [](Bytes bytes) { return Value(static_cast<std::int64_t>(bytes.value)); };
    Value document = Value::map();
    document.set("output", arguments.output).set("sizeBytes", number(report.size)).set("baseCloned", cloned);
    document.set("laidBytes", number(report.laid)).set("zeroedBytes", number(report.zeroed));
    std::fputs(print_json(document, JsonStyle::Pretty).c_str(), stdout);
    return;
  }
  std::printf("made '%s' of %s: base %s, %s laid over it, %s zeroed\n", arguments.output.c_str(),
              print_quantity(report.size).c_str(), cloned ? "cloned" : "copied", print_quantity(report.laid).c_str(),
              print_quantity(report.zeroed).c_str());
}

}  // namespace

ExitCode cow_merge_command(const CowMergeArguments& arguments) {
  std::error_code error;
  const std::filesystem::path output = std::filesystem::absolute(arguments.output, error);
  if (error || !output.has_filename()) {
    tell("'" + arguments.output + "' is no name for a file");
    return ExitCode::Usage;
  }
  tell_when_unknown(arguments.file);
  const auto report = flatten_watched(
      {arguments.base, arguments.file, output.lexically_normal().string(), arguments.size, arguments.invalid});
  if (!report) return tell_store_error(report.error());
  print_report(arguments, *report);
  return ExitCode::Done;
}

}  // namespace cowherd
