// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/exit_reason.h"

#include <cstring>

#include "resources/files/json.h"

namespace cowherd {
namespace {

constexpr std::size_t kWords = 600;

std::optional<ShutdownEvent> as_shutdown(std::string_view line) {
  if (line.find("\"SHUTDOWN\"") == std::string_view::npos) return std::nullopt;
  const Result<Value> event = parse_json(line);
  if (!event) return std::nullopt;
  const Value* name = event->find("event");
  if (name == nullptr || *name != Value("SHUTDOWN")) return std::nullopt;
  ShutdownEvent found;
  if (const Value* data = event->find("data")) found.reason = string_at(*data, "reason").value_or("");
  if (const Value* stamp = event->find("timestamp")) {
    const std::int64_t seconds = integer_at(*stamp, "seconds").value_or(0);
    const std::int64_t micros = integer_at(*stamp, "microseconds").value_or(0);
    found.at = Moment{std::chrono::floor<Span>(std::chrono::seconds{seconds} + std::chrono::microseconds{micros})};
  }
  return found;
}

struct Verdict {
  ExitReason reason = ExitReason::Unseen;
  std::string detail{};
};

Verdict by_event(const std::string& reason) {
  if (reason == "guest-shutdown") return {ExitReason::GuestShutdown, "the guest powered off"};
  if (reason == "guest-reset") return {ExitReason::GuestReset, "the guest reset itself (a kernel panic does so too)"};
  if (reason == "guest-panic") return {ExitReason::GuestPanic, "the guest's kernel panicked"};
  if (reason == "host-signal") return {ExitReason::Killed, "QEMU was ended by a signal"};
  if (reason == "host-qmp-quit") return {ExitReason::Killed, "QEMU was told to quit by another QMP client"};
  return {ExitReason::Killed, "QEMU ended the VM: " + reason};
}

Verdict by_end(const ChildEnd& end) {
  if (end.how == ChildEnd::How::Exited) {
    return {ExitReason::Killed, "QEMU exited with status " + std::to_string(end.value)};
  }
  const char* name = ::sigabbrev_np(end.value);
  return {ExitReason::Killed, "QEMU was ended by " + (name ? "SIG" + std::string(name) : std::to_string(end.value))};
}

Verdict without_request(const ExitEvidence& evidence, const std::optional<ShutdownEvent>& shutdown) {
  if (shutdown) return by_event(shutdown->reason);
  if (evidence.outgrown) {
    return {ExitReason::OutOfMemory, "the kernel killed QEMU, which needed more memory than the " +
                                         print_quantity(*evidence.outgrown) + " of its control group"};
  }
  if (evidence.seen && evidence.seen->end) return by_end(*evidence.seen->end);
  if (evidence.events.empty()) return {ExitReason::Unseen, "QEMU never came up"};
  return {ExitReason::Unseen, "the process ended unseen"};
}

}  // namespace

std::optional<ShutdownEvent> last_shutdown(std::string_view events) {
  std::optional<ShutdownEvent> last;
  while (!events.empty()) {
    const std::size_t end = events.find('\n');
    if (auto found = as_shutdown(events.substr(0, end))) last = std::move(found);
    events.remove_prefix(end == std::string_view::npos ? events.size() : end + 1);
  }
  return last;
}

std::string last_words(std::string_view log) {
  while (!log.empty() && (log.back() == '\n' || log.back() == '\r')) log.remove_suffix(1);
  if (log.size() > kWords) log.remove_prefix(log.size() - kWords);
  std::string words;
  for (const char letter : log) {
    if (letter == '\n') {
      words += "; ";
    } else if (static_cast<unsigned char>(letter) >= 0x20) {
      words += letter;
    }
  }
  return words;
}

MachineExit judge_exit(const ExitEvidence& evidence) {
  const std::optional<ShutdownEvent> shutdown = last_shutdown(evidence.events);
  MachineExit exit;
  exit.at = evidence.last_sign;
  if (evidence.seen) exit.at = evidence.seen->at;
  if (shutdown) exit.at = shutdown->at;

  Verdict verdict = without_request(evidence, shutdown);
  if (evidence.stop_until && exit.at <= *evidence.stop_until) verdict = {ExitReason::Stopped, "stopped as asked"};
  exit.reason = verdict.reason;
  exit.detail = std::move(verdict.detail);
  const std::string words = last_words(evidence.vmm_log);
  const bool odd = exit.reason == ExitReason::Killed || exit.reason == ExitReason::Unseen;
  if (odd && !words.empty()) exit.detail += ": " + words;
  return exit;
}

}  // namespace cowherd
