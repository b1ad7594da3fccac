// SPDX-License-Identifier: Apache-2.0
#include "resources/catalog/sqlite/sqlite_catalog.h"

#include <algorithm>

#include "resources/catalog/event_limits.h"
#include "resources/catalog/sqlite/statements.h"

namespace cowherd {

namespace {

constexpr std::int64_t kMostFinishedIntents = 1000;

std::int64_t to_integer(Moment moment) { return moment.time_since_epoch().count(); }
Moment to_moment(std::int64_t milliseconds) { return Moment{Span{milliseconds}}; }

Event event_of(const Statement& row) {
  return {row.text(0),
          row.integer(1) == 0 ? EventType::Normal : EventType::Warning,
          row.text(2),
          row.text(3),
          to_moment(row.integer(4)),
          to_moment(row.integer(5)),
          row.integer(6)};
}

std::int64_t number_of(EventType type) { return type == EventType::Normal ? 0 : 1; }

}  // namespace

Result<CatalogMemory> SqliteCatalog::recall() {
  const std::lock_guard lock(mutex_);
  CatalogMemory memory;
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database_, Transaction::Kind::Read));
  COWHERD_TRY(for_each(database_, "SELECT key, failures, next_try, last_error, last_hint, generation, reason FROM attempts",
                       [&](const Statement& row) {
                         memory.attempts[row.text(0)] = {static_cast<int>(row.integer(1)), to_moment(row.integer(2)),
                                                         row.text(3), row.text(4), row.text(5), row.text(6)};
                       }));
  COWHERD_TRY(for_each(database_, "SELECT object, number, spec_hash FROM generations", [&](const Statement& row) {
    memory.generations[row.text(0)] = {row.integer(1), row.text(2)};
  }));
  COWHERD_TRY(for_each(database_, "SELECT key, status, reason, since FROM conditions", [&](const Statement& row) {
    memory.conditions[row.text(0)] = {row.text(1), row.text(2), to_moment(row.integer(3))};
  }));
  COWHERD_TRY(for_each(database_, "SELECT object, capture_hash, captured FROM captures", [&](const Statement& row) {
    memory.captures[row.text(0)] = {row.text(1), to_moment(row.integer(2))};
  }));
  COWHERD_TRY(for_each(database_,
                       "SELECT id, object, action, detail, begun FROM intents WHERE finished IS NULL ORDER BY id",
                       [&](const Statement& row) {
                         memory.open_intents.push_back({row.integer(0), row.text(1), row.text(2), row.text(3),
                                                        to_moment(row.integer(4))});
                       }));
  COWHERD_TRY(transaction.commit());
  return memory;
}

Result<std::int64_t> SqliteCatalog::begin_intent(const Intent& intent) {
  const std::lock_guard lock(mutex_);
  COWHERD_TRY(run(database_, "INSERT INTO intents (object, action, detail, begun) VALUES (?, ?, ?, ?)", intent.object,
                  intent.action, intent.detail, to_integer(intent.begun)));
  return database_.last_row_id();
}

Status SqliteCatalog::finish_intent(std::int64_t id, OutcomeKind outcome, Moment at, const std::string& error) {
  const std::lock_guard lock(mutex_);
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database_, Transaction::Kind::Write));
  COWHERD_TRY(run(database_, "UPDATE intents SET outcome = ?, finished = ?, error = ? WHERE id = ?",
                  to_string(outcome), to_integer(at), error, id));
  if (database_.changes() == 0) {
    return fail(ErrorKind::NotFound, "finish intent " + std::to_string(id) + ": there is none");
  }
  COWHERD_TRY(run(database_, "DELETE FROM intents WHERE finished IS NOT NULL AND id <= ?", id - kMostFinishedIntents));
  return transaction.commit();
}

Status SqliteCatalog::set_attempts(const std::string& key, const Attempts& attempts) {
  const std::lock_guard lock(mutex_);
  return run(database_, "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)", key,
             std::int64_t{attempts.failures}, to_integer(attempts.next_try), attempts.last_error, attempts.last_hint,
             attempts.generation, attempts.reason);
}

Status SqliteCatalog::clear_attempts(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return run(database_, "DELETE FROM attempts WHERE key = ?", key);
}

Status SqliteCatalog::set_generation(const std::string& object, const SpecGeneration& generation) {
  const std::lock_guard lock(mutex_);
  return run(database_, "INSERT OR REPLACE INTO generations VALUES (?, ?, ?)", object, generation.number,
             generation.spec_hash);
}

Status SqliteCatalog::set_condition(const std::string& key, const ConditionMemory& condition) {
  const std::lock_guard lock(mutex_);
  return run(database_, "INSERT OR REPLACE INTO conditions VALUES (?, ?, ?, ?)", key, condition.status,
             condition.reason, to_integer(condition.since));
}

Status SqliteCatalog::set_capture(const std::string& object, const CaptureMemory& capture) {
  const std::lock_guard lock(mutex_);
  return run(database_, "INSERT OR REPLACE INTO captures VALUES (?, ?, ?)", object, capture.capture_hash,
             to_integer(capture.captured));
}

Status SqliteCatalog::add_event(const Event& event) {
  const std::lock_guard lock(mutex_);
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database_, Transaction::Kind::Write));
  const std::int64_t last = to_integer(event.last);
  COWHERD_TRY(run(database_,
                  "UPDATE events SET count = count + ?, last = max(last, ?) WHERE id = (SELECT id FROM events WHERE "
                  "object = ? AND last >= ? AND type = ? AND reason = ? AND message = ? ORDER BY last DESC LIMIT 1)",
                  event.count, last, event.object, to_integer(event.first - kSameEventWithin), number_of(event.type),
                  event.reason, event.message));
  if (database_.changes() == 0) {
    COWHERD_TRY(run(database_,
                    "INSERT INTO events (object, type, reason, message, first, last, count) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    event.object, number_of(event.type), event.reason, event.message, to_integer(event.first), last,
                    event.count));
    COWHERD_TRY(run(database_, "DELETE FROM events WHERE last < ? OR id <= ?", to_integer(event.last - kEventsKeptFor),
                    database_.last_row_id() - kMostEvents));
  }
  return transaction.commit();
}

Result<std::vector<Event>> SqliteCatalog::events(const std::string& object, int most) {
  const std::lock_guard lock(mutex_);
  const std::string select = "SELECT object, type, reason, message, first, last, count FROM events ";
  const std::string order = "ORDER BY last DESC, id DESC LIMIT ?";
  COWHERD_ASSIGN(Statement statement,
                 Statement::prepare(database_, select + (object.empty() ? order : "WHERE object = ? " + order)));
  if (!object.empty()) statement.bind(object);
  statement.bind(std::int64_t{std::max(most, 0)});
  std::vector<Event> found;
  while (true) {
    COWHERD_ASSIGN(const bool more, statement.step());
    if (!more) break;
    found.push_back(event_of(statement));
  }
  std::reverse(found.begin(), found.end());
  return found;
}

Status SqliteCatalog::forget(const std::string& object) {
  const std::lock_guard lock(mutex_);
  COWHERD_ASSIGN(Transaction transaction, Transaction::begin(database_, Transaction::Kind::Write));
  const std::string prefix = object + " ";
  COWHERD_TRY(run(database_, "DELETE FROM generations WHERE object = ?", object));
  COWHERD_TRY(run(database_, "DELETE FROM captures WHERE object = ?", object));
  COWHERD_TRY(run(database_, "DELETE FROM attempts WHERE substr(key, 1, length(?)) = ?", prefix, prefix));
  COWHERD_TRY(run(database_, "DELETE FROM conditions WHERE substr(key, 1, length(?)) = ?", prefix, prefix));
  return transaction.commit();
}

}  // namespace cowherd
