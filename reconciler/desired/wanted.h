// SPDX-License-Identifier: Apache-2.0
// What should exist on this host, spelled out: concrete objects with their identities, each with the reason.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/kinds/object.h"
#include "resources/manifest/diagnostic.h"
#include "resources/store/identity.h"
#include "resources/store/snapshot_identity.h"
#include "resources/store/suspensions.h"

namespace cowherd {

// What becomes of an object in this pass.
enum class Fate {
  Keep,
  Create,
  Remove,
  Hold,  // nothing is done to it, with the reason
};

// Why an object cannot go on now: a CamelCase reason and a message for its conditions.
struct Hindrance {
  std::string reason{};
  std::string message{};
  bool is_unknown = false;  // it could not be looked at, which is no state of its own
  bool is_guard = false;    // somebody asked for it to be held back
  bool operator==(const Hindrance&) const = default;
};

struct WantedTemplate {
  ResourceName name{};
  Fate fate = Fate::Keep;
  std::string reason{};
  TemplateSpec spec{};                        // meaningful unless fate is Remove
  Digest spec_hash{};
  Digest inputs{};                            // empty while a source file cannot be stamped
  std::vector<SourceFile> sources{};
  std::optional<Hindrance> source_problem{};  // a file is missing or unreadable
  std::optional<RevisionIdentity> current{};  // the revision that answers the spec
  bool is_prune = false;                      // its document vanished: counts against the cap
  bool is_retained = false;                   // undeclared, kept and listed
  bool is_protected = false;                  // none of its revisions is collected
  bool prune_disabled = false;
  bool is_suspended = false;                  // nothing is done to it
  std::optional<Hindrance> hindrance{};       // why it does not go
  bool operator==(const WantedTemplate&) const = default;
};

struct WantedSandbox {
  Fate fate = Fate::Keep;
  std::string reason{};
  SandboxIdentity identity{};                 // as sandbox.json shall say; revision and sizes open until created
  std::optional<SandboxIdentity> present{};   // as it says now
  Digest template_inputs{};                   // Create: the revision is the one built from these
  PowerState power = PowerState::Running;
  std::string power_reason{};                 // "declared", "ttl expired", …
  bool is_declared_stop = false;              // Stopped as its document says: a paused guest is to shut down in order
  bool disk_wanted = true;
  std::optional<Moment> start_not_before{};   // restart backoff
  std::vector<FieldChange> edits{};           // applied by this pass
  std::vector<FieldChange> held_edits{};      // wait for approval
  std::string approval{};                     // the exact annotation value that approves them
  std::optional<Hindrance> hindrance{};
  bool is_prune = false;
  bool is_declared = false;
  bool operator==(const WantedSandbox&) const = default;
};

// A snapshot that should be there: to be captured (Create), captured (Keep), or on its way out (Remove).
struct WantedSnapshot {
  Fate fate = Fate::Keep;
  std::string reason{};
  SnapshotIdentity identity{};                // as snapshot.json shall say; what only the capture tells is open until then
  std::optional<SnapshotIdentity> present{};  // as it says now
  std::vector<FieldChange> held_edits{};      // of what is captured once: wait for approval
  std::string approval{};                     // the exact annotation value that approves them
  std::optional<Hindrance> hindrance{};
  bool is_prune = false;
  bool is_declared = false;
  bool has_expired = false;                   // declared, captured, and gone by its expireAfter
  bool is_last = false;                       // of a sandbox that leaves once this is taken
  bool operator==(const WantedSnapshot&) const = default;
};

// The policies in force, and why none of them may act now.
struct WantedRetention {
  std::map<ResourceName, RetentionPolicySpec> policies{};
  std::optional<Hindrance> hindrance{};
  bool operator==(const WantedRetention&) const = default;
};

// An object that nothing is to be done to, by a person's word.
struct Suspended {
  std::string message{};                // since when, by what, and what ends it
  std::optional<Suspension> request{};  // of `cowherd suspend`; none: its document alone says so
  bool is_about_nothing = false;        // nothing of that name is here or declared: the request goes
  bool operator==(const Suspended&) const = default;
};

struct Wanted {
  std::map<ResourceName, WantedTemplate> templates{};
  std::map<ResourceName, WantedSnapshot> snapshots{};
  WantedRetention retention{};
  std::vector<WantedSandbox> sandboxes{};  // by name; a replaced one stands before its successor
  std::map<std::string, Suspended> suspended{};  // by object
  bool operator==(const Wanted&) const = default;
};

}  // namespace cowherd
