// SPDX-License-Identifier: Apache-2.0
// The tables of the catalog. PRAGMA user_version says how many of the steps a file has been through; a new version of
// the schema is one more step at the end, never an edit of one that was released.
#pragma once

#include <array>

#include "resources/catalog/sqlite/sqlite_handles.h"

namespace cowherd {

// PRAGMA application_id of a catalog: "cowh".
inline constexpr std::int64_t kCatalogApplicationId = 0x636f7768;

// Times are milliseconds since 1970 UTC. finished is NULL while an intent is open.
inline constexpr std::array<const char*, 3> kSchemaSteps{R"sql(
CREATE TABLE intents (
  id INTEGER PRIMARY KEY, object TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL, begun INTEGER NOT NULL,
  outcome TEXT, finished INTEGER, error TEXT) STRICT;
CREATE INDEX intents_open ON intents (id) WHERE finished IS NULL;
CREATE TABLE attempts (
  key TEXT PRIMARY KEY, failures INTEGER NOT NULL, next_try INTEGER NOT NULL, last_error TEXT NOT NULL,
  last_hint TEXT NOT NULL, generation TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE generations (
  object TEXT PRIMARY KEY, number INTEGER NOT NULL, spec_hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE conditions (
  key TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, type INTEGER NOT NULL, reason TEXT NOT NULL,
  message TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;
CREATE INDEX events_by_object ON events (object, last);
CREATE INDEX events_by_time ON events (last);
)sql",
                                                        R"sql(
ALTER TABLE attempts ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE TABLE captures (
  object TEXT PRIMARY KEY, capture_hash TEXT NOT NULL, captured INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql",
                                                        R"sql(
CREATE TABLE bases (
  key TEXT PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX bases_by_id ON bases (id);
CREATE TABLE base_parents (
  base TEXT NOT NULL REFERENCES bases (key) ON DELETE CASCADE, parent TEXT NOT NULL REFERENCES bases (key) ON DELETE CASCADE,
  PRIMARY KEY (base, parent)) STRICT, WITHOUT ROWID;
CREATE TABLE base_dependants (
  base TEXT NOT NULL REFERENCES bases (key) ON DELETE CASCADE, object TEXT NOT NULL,
  PRIMARY KEY (base, object)) STRICT, WITHOUT ROWID;
CREATE TABLE marks (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
)sql"};

// Brings a file of ours, or an empty one, to this version. Corrupt for a database of somebody else.
Status migrate(Database& database);

// For readers, who change nothing. NotFound: nothing has been written yet. Invalid: a newer cowherd made it.
Status check_schema(Database& database);

}  // namespace cowherd
