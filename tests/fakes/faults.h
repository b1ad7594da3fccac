// SPDX-License-Identifier: Apache-2.0
// The nth call to the model host dies before it acts, dies after it acted, or fails. Every fake sends each of its calls
// through one Faults; a test counts the calls of a clean run and then breaks each of them in turn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/vocabulary/result.h"

namespace cowherd::testing {

// Thrown by a fake in place of kill -9. Only test harnesses catch it.
struct SimulatedDeath {
  std::string at{};
};

enum class FaultMode { None, DieBefore, DieAfter, Fail };

class Faults {
 public:
  void arm(FaultMode mode, int nth) {
    mode_ = mode;
    nth_ = nth;
    calls_ = 0;
    trace_.clear();
  }
  void disarm() { arm(FaultMode::None, 0); }
  // Every call whose name begins so fails from now on; nullopt ends it.
  void refuse(const std::string& beginning, std::optional<ErrorKind> kind) {
    refused_ = beginning;
    refused_as_ = kind;
  }
  int calls() const { return calls_; }
  const std::vector<std::string>& trace() const { return trace_; }  // names of the calls since arm()

  // Runs body as one host call. body returns a Result<…>.
  template <class Body>
  auto call(const std::string& name, Body&& body) -> decltype(body()) {
    ++calls_;
    trace_.push_back(name);
    const bool here = calls_ == nth_;
    if (here && mode_ == FaultMode::DieBefore) throw SimulatedDeath{"before " + name};
    if (here && mode_ == FaultMode::Fail) return fail(ErrorKind::Failed, name + ": injected failure");
    if (refused_as_ && name.starts_with(refused_)) return fail(*refused_as_, name + ": refused");
    auto result = body();
    if (here && mode_ == FaultMode::DieAfter) throw SimulatedDeath{"after " + name};
    return result;
  }

 private:
  FaultMode mode_ = FaultMode::None;
  int nth_ = 0;
  int calls_ = 0;
  std::vector<std::string> trace_{};
  std::string refused_{};
  std::optional<ErrorKind> refused_as_{};
};

}  // namespace cowherd::testing
