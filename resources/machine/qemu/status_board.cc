// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/status_board.h"

#include <poll.h>

#include <cerrno>
#include <optional>

namespace cowherd {
namespace {

// The answer, or nothing yet.
std::optional<MachinePhase> read_phase(QmpClient& client, int number) {
  const Result<std::optional<Value>> reply = client.receive(number);
  if (!reply) return MachinePhase::Unresponsive;
  if (!*reply) return std::nullopt;
  return phase_of(string_at(**reply, "status").value_or(""));
}

// Takes the answers that have come; whoever has not answered stays in `asked`.
template <class Asked>
std::map<Uid, MachinePhase> take_answers(Asked& asked) {
  std::map<Uid, MachinePhase> answers;
  for (auto next = asked.begin(); next != asked.end();) {
    const std::optional<MachinePhase> phase = read_phase(next->second.client, next->second.number);
    if (phase) answers.emplace(next->first, *phase);
    next = phase ? asked.erase(next) : std::next(next);
  }
  return answers;
}

template <class Asked>
void await_any(const Asked& asked, const Deadline& deadline) {
  std::vector<pollfd> waits;
  for (const auto& [uid, open] : asked) waits.push_back(pollfd{open.client.fd(), POLLIN, 0});
  // Whether it was an answer, the deadline or a signal: the caller looks.
  static_cast<void>(::poll(waits.data(), waits.size(), deadline.milliseconds()));
}

}  // namespace

MachinePhase phase_of(const std::string& run_state) {
  if (run_state == "running") return MachinePhase::Running;
  if (run_state == "io-error") return MachinePhase::DiskStopped;
  for (const char* name : {"paused", "prelaunch", "inmigrate", "postmigrate", "finish-migrate", "save-vm", "restore-vm",
                           "suspended", "debug", "colo"}) {
    if (run_state == name) return MachinePhase::Paused;
  }
  return MachinePhase::Unresponsive;  // internal-error, guest-panicked, shutdown, watchdog
}

std::map<Uid, MachinePhase> StatusBoard::ask(const std::vector<StatusQuestion>& questions, Span budget) {
  const Deadline deadline = Deadline::after(budget);
  std::map<Uid, Open> overdue;
  {
    const std::scoped_lock lock(mutex_);
    overdue.swap(overdue_);
  }
  static_cast<void>(take_answers(overdue));  // they are old: who answers again is asked anew

  std::map<Uid, MachinePhase> answers;
  std::map<Uid, Open> asked;
  std::map<Uid, Open> silent;
  for (const StatusQuestion& question : questions) {
    answers[question.uid] = MachinePhase::Unresponsive;
    const auto late = overdue.find(question.uid);
    if (late != overdue.end() && late->second.process == question.process) {
      silent.insert(overdue.extract(late));
      continue;
    }
    Result<QmpClient> client = QmpClient::connect(question.socket);
    const Result<int> number = client ? client->send("query-status") : Result<int>(fail(client.error()));
    if (number) asked.emplace(question.uid, Open{question.process, *std::move(client), *number});
  }
  while (true) {
    for (const auto& [uid, phase] : take_answers(asked)) answers[uid] = phase;
    if (asked.empty() || deadline.passed()) break;
    await_any(asked, deadline);
  }
  silent.merge(asked);
  const std::scoped_lock lock(mutex_);
  overdue_.merge(silent);
  return answers;
}

}  // namespace cowherd
