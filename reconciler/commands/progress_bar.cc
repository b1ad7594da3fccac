// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace cowherd {

namespace {

constexpr std::size_t kBarWidth = 20;
constexpr const char* kClearLine = "\r\033[K";  // ECMA-48: carriage return, erase to the end of the line

std::string whole_units(Bytes bytes) { return print_quantity(round_up(bytes, bytes < 1_GiB ? 1_MiB : 64_MiB)); }

// At the pace so far; nothing in the first second, which says too little.
std::string time_left(const Running& step, Moment now) {
  const Span spent = now - step.begun;
  if (spent < std::chrono::seconds{1} || step.done.value == 0) return "";
  const double rest = static_cast<double>(step.total.value - step.done.value) / static_cast<double>(step.done.value);
  const auto seconds = static_cast<std::int64_t>(static_cast<double>(spent.count()) * rest / 1000.0);
  return ", " + print_span(std::chrono::seconds{seconds}) + " left";
}

}  // namespace

std::string progress_line(const std::vector<Running>& running, Moment now, std::size_t columns) {
  const Running* first = nullptr;
  for (const Running& step : running) {
    if (step.total.value > 0 && (first == nullptr || step.begun < first->begun)) first = &step;
  }
  if (first == nullptr) return "";
  Running step = *first;
  step.done = std::min(step.done, step.total);
  const double part = static_cast<double>(step.done.value) / static_cast<double>(step.total.value);
  const auto full = static_cast<std::size_t>(part * kBarWidth);
  std::string percent = std::to_string(static_cast<int>(part * 100));
  percent.insert(0, 3 - std::min<std::size_t>(3, percent.size()), ' ');
  std::string line = "[" + std::string(full, '#') + std::string(kBarWidth - full, '.') + "] " + percent + "%  " +
                     whole_units(step.done) + " of " + whole_units(step.total) + time_left(step, now) + "  " +
                     step.description;
  return line.substr(0, columns);
}

ProgressBar::ProgressBar() {
  winsize size{};
  if (::isatty(STDERR_FILENO) == 0 || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return;
  columns_ = size.ws_col > 1 ? static_cast<std::size_t>(size.ws_col - 1) : 79;
}

void ProgressBar::show(const std::vector<Running>& running, Moment now) {
  if (!is_shown()) return;
  const std::string line = progress_line(running, now, columns_);
  if (line.empty() && !drawn_) return;
  std::fprintf(stderr, "%s%s", kClearLine, line.c_str());
  std::fflush(stderr);
  drawn_ = !line.empty();
}

}  // namespace cowherd
