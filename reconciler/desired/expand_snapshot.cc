// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "reconciler/desired/expand.h"
#include "reconciler/desired/safeguards.h"
#include "reconciler/desired/undeclared_snapshot.h"
#include "resources/files/json.h"
#include "resources/kinds/suggest.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

std::string object_of(const ResourceName& name) { return to_string(ObjectName{Kind::Snapshot, name}); }

bool is_over(const SnapshotSpec& spec, Moment captured, Moment now) {
  return spec.expire_after && captured + *spec.expire_after <= now;
}

// The sandbox of that name, as it stands; nothing while an unreadable directory may be it.
const SandboxIdentity* sandbox_named(const ExpandInput& input, const ResourceName& name) {
  for (const auto& [uid, identity] : input.store.sandboxes) {
    if (identity.known() && identity->name == name) return &*identity;
  }
  return nullptr;
}

Hindrance no_sandbox(const ExpandInput& input, const ResourceName& name) {
  if (input.declared.objects.contains({Kind::Sandbox, name})) {
    return {"SandboxNotReady", "sandbox '" + name.str() + "' is not made yet; it is captured once it is"};
  }
  std::vector<std::string> others;
  for (const auto& [object, declared] : input.declared.objects) {
    if (object.kind == Kind::Sandbox) others.push_back(object.name.str());
  }
  const std::string guess = did_you_mean(name.str(), others);
  return {"SandboxNotFound", "sandbox '" + name.str() + "' is not there; it is captured once it is" +
                                 (guess.empty() ? "" : "; " + guess)};
}

// Why it cannot be captured, whatever state its sandbox is in.
std::optional<Hindrance> capture_hindrance(const ExpandInput& input, const ResourceName& name) {
  if (input.store.seeds.contains(name.str())) {
    return Hindrance{"NameTaken", "snapshots/" + name.str() + " holds a snapshot of other software; choose another name, or "
                                  "move that directory away"};
  }
  if (!input.store.unreadable.empty()) {  // it may be there, and unseen
    return Hindrance{"SnapshotUnknown", "the state directory could not be read completely: " +
                                            to_string(input.store.unreadable.front()), true};
  }
  if (input.captures.unknown()) {
    return Hindrance{"CatalogUnknown", "whether it was captured before cannot be told: " + to_string(input.captures.why()), true};
  }
  return std::nullopt;
}

WantedSnapshot begin(const Declared& declared) {
  WantedSnapshot snapshot;
  snapshot.is_declared = true;
  snapshot.reason = "declared at " + to_string(declared.spot);
  SnapshotIdentity& identity = snapshot.identity;
  identity.name = declared.object.metadata.name;
  identity.origin = declared.spot.file;
  identity.labels = declared.object.metadata.labels;
  identity.is_protected = is_protected(declared.object.metadata);
  identity.prune_disabled = is_prune_disabled(declared.object.metadata);
  identity.spec = std::get<SnapshotSpec>(declared.object.spec.what);
  identity.spec_hash = spec_hash(declared.object.spec);
  identity.sandbox = identity.spec.sandbox_ref;
  return snapshot;
}

// Remembered as captured, and not there: gone by its own expireAfter, or lost.
bool was_captured(const ExpandInput& input, WantedSnapshot& snapshot) {
  if (!input.captures.known()) return false;
  const auto memory = input.captures->find(object_of(snapshot.identity.name));
  const SnapshotSpec& spec = snapshot.identity.spec;
  if (memory == input.captures->end() || memory->second.capture_hash != capture_hash(spec).str()) return false;
  snapshot.fate = Fate::Hold;
  snapshot.has_expired = is_over(spec, memory->second.captured, input.now);
  if (!snapshot.has_expired) {
    snapshot.hindrance =
        Hindrance{"Lost", "it was captured at " + print_moment(memory->second.captured) +
                              ", and its directory is gone; what it held cannot be captured again. Withdraw its document; if the "
                              "sandbox as it is now will do, declare one of another name"};
  }
  return true;
}

WantedSnapshot to_capture(const ExpandInput& input, const Declared& declared, const FreshUid& fresh_uid) {
  WantedSnapshot snapshot = begin(declared);
  snapshot.fate = Fate::Create;
  SnapshotIdentity& identity = snapshot.identity;
  identity.uid = fresh_uid();
  snapshot.hindrance = capture_hindrance(input, identity.name);
  if (snapshot.hindrance || was_captured(input, snapshot)) return snapshot;
  const SandboxIdentity* sandbox = sandbox_named(input, identity.sandbox);
  if (sandbox == nullptr) {
    snapshot.hindrance = no_sandbox(input, identity.sandbox);
    return snapshot;
  }
  identity.sandbox_uid = sandbox->uid;
  identity.template_name = sandbox->template_name;
  identity.revision = sandbox->revision;
  identity.driver = sandbox->driver;
  identity.disk_size = sandbox->disk_size;
  return snapshot;
}

// It goes when its time is over; a hold and a protection are stronger.
void expire(const ExpandInput& input, WantedSnapshot& snapshot) {
  const SnapshotIdentity& present = *snapshot.present;
  if (snapshot.fate == Fate::Remove || !is_over(snapshot.identity.spec, present.captured, input.now)) return;
  if (!snapshot.identity.spec.holds.empty() || snapshot.identity.is_protected || present.is_protected) return;
  snapshot.fate = Fate::Remove;
  snapshot.reason = "its expireAfter of " + print_span(*snapshot.identity.spec.expire_after) + " is over";
}

WantedSnapshot captured(const ExpandInput& input, const Declared& declared, const SnapshotIdentity& present) {
  WantedSnapshot snapshot = begin(declared);
  const std::vector<FieldChange> edits = changes(Spec{present.spec}, declared.object.spec);
  const bool is_another = std::any_of(edits.begin(), edits.end(), [](const FieldChange& edit) {
    return edit.change >= ChangeClass::Replace;
  });
  const SnapshotIdentity wanted = snapshot.identity;
  snapshot.present = present;
  snapshot.identity = present;
  snapshot.identity.origin = wanted.origin;
  snapshot.identity.labels = wanted.labels;
  snapshot.identity.is_protected = wanted.is_protected;
  snapshot.identity.prune_disabled = wanted.prune_disabled;
  snapshot.identity.retained = false;
  if (!is_another) {
    snapshot.identity.spec = wanted.spec;
    snapshot.identity.spec_hash = wanted.spec_hash;
  } else if (!is_approved(input, "replace", declared.object.metadata, present.uid, wanted.spec_hash)) {
    snapshot.held_edits = edits;
    snapshot.approval = "replace@" + wanted.spec_hash.short8();
  } else if (sandbox_named(input, wanted.sandbox) == nullptr) {  // never take the old one away for one that cannot be made
    snapshot.held_edits = edits;
    snapshot.hindrance = no_sandbox(input, wanted.sandbox);
  } else if (wanted.is_protected) {
    snapshot.held_edits = edits;
    snapshot.hindrance = protected_from(edits.front().path + " changed, which captures it anew", DocumentNow::Stands);
  } else if (present.is_protected) {
    snapshot.held_edits = edits;  // first its identity says that it is not any more
  } else {
    snapshot.fate = Fate::Remove;
    snapshot.reason = "replaced: " + edits.front().path + " changed";
  }
  expire(input, snapshot);
  return snapshot;
}

WantedSnapshot undeclared(const ExpandInput& input, const SnapshotIdentity& present) {
  WantedSnapshot snapshot;
  snapshot.present = present;
  snapshot.identity = present;
  const SnapshotSpec& spec = present.spec;
  if (present.retained) {
    snapshot.reason = reason_to_retain(present);
    if (is_approved(input, "delete", Metadata{}, present.uid, present.spec_hash)) {
      if (present.is_protected) {
        snapshot.hindrance = protected_from("its deletion is approved", DocumentNow::Gone);
      } else {
        snapshot.fate = Fate::Remove;
        snapshot.reason = "deletion approved";
      }
    }
    expire(input, snapshot);
  } else if (!confirmed_absent(input.declared, {Kind::Snapshot, present.name}, input.now, input.prune_delay)) {
    snapshot.fate = Fate::Hold;
    snapshot.reason = "not declared in this look; absence is not confirmed yet";
  } else if (spec.deletion_policy == SnapshotDeletionPolicy::Retain) {
    snapshot.identity.retained = true;
    snapshot.reason = "no longer declared (was in " + present.origin + ")";
  } else if (present.prune_disabled) {
    snapshot.identity.retained = true;
    snapshot.reason = kept_from_pruning(present.origin);
  } else if (present.is_protected) {
    snapshot.fate = Fate::Hold;
    snapshot.hindrance = protected_from("no longer declared", DocumentNow::Gone);
  } else if (!spec.holds.empty()) {
    snapshot.fate = Fate::Hold;
    snapshot.hindrance = Hindrance{"Held", "no longer declared, but held by " + joined(spec.holds) +
                                               "; declare it without holds to let it go"};
  } else {
    snapshot.fate = Fate::Remove;
    snapshot.is_prune = true;
    snapshot.reason = "no longer declared (was in " + present.origin + ")";
  }
  return snapshot;
}

WantedSnapshot unreadable(const ExpandInput& input, const ResourceName& name, const Error& why) {
  const auto declared = input.declared.objects.find({Kind::Snapshot, name});
  WantedSnapshot snapshot;
  if (declared != input.declared.objects.end()) snapshot = begin(declared->second);
  snapshot.identity.name = name;
  snapshot.fate = Fate::Hold;
  const ObjectName object{Kind::Snapshot, name};
  if (declared != input.declared.objects.end()) {
    snapshot.hindrance = Hindrance{"SnapshotUnknown", to_string(why) + "; nothing is done to it", true};
  } else if (!is_approved_by_name(input.approvals, object)) {
    snapshot.hindrance = Hindrance{"SnapshotUnknown", to_string(why) + unreadable_until_approved(object), true};
  }
  return snapshot;
}

}  // namespace

Digest capture_hash(const SnapshotSpec& spec) {
  Value of = Value::map();
  of.set("sandbox", spec.sandbox_ref.str());
  of.set("mode", spec.mode == SnapshotMode::Full ? "Full" : "Disk");
  of.set("consistency", spec.consistency == Consistency::Quiesced ? "Quiesced" : "Crash");
  return sha256(print_canonical_json(of));
}

std::map<ResourceName, WantedSnapshot> expand_snapshots(const ExpandInput& input, const FreshUid& fresh_uid) {
  std::map<ResourceName, WantedSnapshot> wanted;
  for (const auto& [text, snapshot] : input.store.snapshots) {
    const auto name = ResourceName::make(text);
    if (!name) continue;  // its record cannot be read either, and that is told
    const auto declared = input.declared.objects.find({Kind::Snapshot, *name});
    if (snapshot.unknown()) {
      wanted.emplace(*name, unreadable(input, *name, snapshot.why()));
    } else if (declared == input.declared.objects.end()) {
      wanted.emplace(*name, undeclared(input, *snapshot));
    } else {
      wanted.emplace(*name, captured(input, declared->second, *snapshot));
    }
  }
  for (const auto& [object, declared] : input.declared.objects) {
    if (object.kind != Kind::Snapshot || wanted.contains(object.name)) continue;
    wanted.emplace(object.name, to_capture(input, declared, fresh_uid));
  }
  return wanted;
}

}  // namespace cowherd
