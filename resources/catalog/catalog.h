// SPDX-License-Identifier: Apache-2.0
// What cowherd remembers: intents, attempts, generations, captures, events, conditions. An index over the directories and the kernel, never the
// truth: losing it costs history, never data. Calls block on the disk. One writer (holder of the state directory's lock);
// readers open it read-only beside the writer. Safe from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/vocabulary/error.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// An action that was begun. One without an outcome, found at start, means "look here first": observation decides.
struct Intent {
  std::int64_t id = 0;
  std::string object{};    // "Sandbox/web"
  std::string action{};    // "start-machine"
  std::string detail{};    // describe() of the action
  Moment begun{};
  bool operator==(const Intent&) const = default;
};

enum class OutcomeKind { Done, AlreadySo, Stale, HeldBack, Failed };
std::string_view to_string(OutcomeKind kind);

// Failures in a row of one action on one object, and when it may be tried again.
struct Attempts {
  int failures = 0;
  Moment next_try{};
  std::string last_error{};
  std::string last_hint{};
  std::string generation{};  // spec hash the failures belong to; an edit resets
  std::string reason{};      // of the last error, for the object's condition; "" where it has none of its own
  bool operator==(const Attempts&) const = default;
};

struct SpecGeneration {
  std::int64_t number = 0;
  std::string spec_hash{};
  bool operator==(const SpecGeneration&) const = default;
};

// That a declared snapshot was captured: one whose directory is gone since is lost, and never captured again.
struct CaptureMemory {
  std::string capture_hash{};  // of what was declared to be captured
  Moment captured{};
  bool operator==(const CaptureMemory&) const = default;
};

enum class EventType { Normal, Warning };

struct Event {
  std::string object{};    // "Sandbox/web", or "Daemon"
  EventType type = EventType::Normal;
  std::string reason{};    // CamelCase word
  std::string message{};
  Moment first{};
  Moment last{};
  std::int64_t count = 1;
  bool operator==(const Event&) const = default;
};

// When a condition of an object last changed its status.
struct ConditionMemory {
  std::string status{};    // "True", "False", "Unknown"
  std::string reason{};
  Moment since{};
  bool operator==(const ConditionMemory&) const = default;
};

// attempts are keyed by "<object> <action>", generations and captures by "<object>", conditions by "<object> <type>".
struct CatalogMemory {
  std::map<std::string, Attempts> attempts{};
  std::map<std::string, SpecGeneration> generations{};
  std::map<std::string, ConditionMemory> conditions{};
  std::map<std::string, CaptureMemory> captures{};
  std::vector<Intent> open_intents{};
  bool operator==(const CatalogMemory&) const = default;
};

class Catalog {
 public:
  virtual ~Catalog() = default;
  // Everything planning needs, in one read.
  virtual Result<CatalogMemory> recall() = 0;
  // Durable (synchronous=FULL) before it returns.
  virtual Result<std::int64_t> begin_intent(const Intent& intent) = 0;
  virtual Status finish_intent(std::int64_t id, OutcomeKind outcome, Moment at, const std::string& error) = 0;
  virtual Status set_attempts(const std::string& key, const Attempts& attempts) = 0;
  virtual Status clear_attempts(const std::string& key) = 0;
  virtual Status set_generation(const std::string& object, const SpecGeneration& generation) = 0;
  virtual Status set_condition(const std::string& key, const ConditionMemory& condition) = 0;
  virtual Status set_capture(const std::string& object, const CaptureMemory& capture) = 0;
  // The same object, type, reason and message within 10 minutes counts up. At most 20,000 rows and 7 days are kept.
  virtual Status add_event(const Event& event) = 0;
  // Newest last; object "" for all.
  virtual Result<std::vector<Event>> events(const std::string& object, int most) = 0;
  // Forgets attempts, generation, capture and conditions of an object that is gone.
  virtual Status forget(const std::string& object) = 0;
};

}  // namespace cowherd
