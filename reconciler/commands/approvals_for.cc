// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/approvals_for.h"

#include <algorithm>
#include <set>

namespace cowherd {

namespace {

constexpr std::string_view kDelete = "delete";
constexpr std::string_view kPruneHeld = "PruneHeld";

bool prune_is_held(const Picture& picture, const std::string& object) {
  return std::any_of(picture.plan.blocked.begin(), picture.plan.blocked.end(), [&](const Blocked& blocked) {
    return blocked.object == object && blocked.reason == kPruneHeld;
  });
}

std::vector<const WantedSandbox*> sandboxes_named(const Picture& picture, const ResourceName& name) {
  std::vector<const WantedSandbox*> found;
  for (const WantedSandbox& sandbox : picture.wanted.sandboxes) {
    if (sandbox.present && sandbox.present->name == name) found.push_back(&sandbox);
  }
  return found;
}

// It leaves once a last snapshot of it is taken, which somebody may not want to wait for.
bool waits_for_a_snapshot(const Picture& picture, const WantedSandbox& sandbox) {
  return std::any_of(picture.wanted.snapshots.begin(), picture.wanted.snapshots.end(), [&](const auto& entry) {
    return entry.second.is_last && entry.second.identity.sandbox_uid == sandbox.present->uid;
  });
}

// The captured one of that name.
const WantedSnapshot* snapshot_named(const Picture& picture, const ObjectName& object) {
  const auto found = picture.wanted.snapshots.find(object.name);
  const bool is_there = object.kind == Kind::Snapshot && found != picture.wanted.snapshots.end() && found->second.present;
  return is_there ? &found->second : nullptr;
}

tl::unexpected<Error> refuse(const std::string& verb, const ObjectName& object, const std::string& why,
                             std::string hint) {
  return fail(ErrorKind::Invalid, "approve " + verb + " of " + to_string(object) + ": " + why, std::move(hint));
}

// A WantedSandbox or a WantedSnapshot whose edit is held. wanted.approval is "verb@hash8", made where approvals are matched.
template <class Held>
Result<Approval> approve_edit(const Held& held, const std::string& verb, const ObjectName& object) {
  if (held.approval.empty()) {
    const std::string why = held.hindrance ? held.hindrance->message : "it is approved already";
    return refuse(verb, object, why, "nothing has to be approved; see 'cowherd describe " + to_string(object) + "'");
  }
  const std::size_t at = held.approval.find('@');
  const std::string needed = held.approval.substr(0, at);
  if (needed != verb) {
    return refuse(verb, object, "its edit (" + held.held_edits.front().path + ") waits for '" + needed + "'",
                  "if that is meant: cowherd approve " + needed + " " + to_string(object));
  }
  return Approval{verb, to_string(object), held.present->uid.str(), held.approval.substr(at + 1)};
}

template <class Identity>
Approval delete_of(const Identity& identity, const std::string& object) {
  return {std::string(kDelete), object, identity.uid.str(), identity.spec_hash.short8()};
}

tl::unexpected<Error> refuse_protected(const std::string& verb, const ObjectName& object) {
  return refuse(verb, object, "it is protected by annotation " + std::string(kProtectAnnotation),
                "declare it without that annotation first");
}

// A record that cannot be read names neither uid nor spec: its directory is all there is to approve.
bool is_unreadable(const Picture& picture, const ObjectName& object) {
  const auto& sandboxes = picture.seen.store.sandboxes;
  const auto snapshot = picture.seen.store.snapshots.find(object.name.str());
  if (object.kind == Kind::Snapshot) return snapshot != picture.seen.store.snapshots.end() && snapshot->second.unknown();
  if (object.kind == Kind::Template) {
    const auto revisions = picture.seen.store.templates.find(object.name.str());
    return revisions != picture.seen.store.templates.end() &&
           std::any_of(revisions->second.begin(), revisions->second.end(), [](const auto& one) { return one.second.unknown(); });
  }
  return std::any_of(sandboxes.begin(), sandboxes.end(), [&](const auto& entry) {
    return entry.second.unknown() && unreadable_sandbox(entry.first) == object;
  });
}

Result<Approval> approve_delete(const Picture& picture, const ObjectName& object) {
  const std::string verb(kDelete);
  if (is_unreadable(picture, object) && !picture.declared.objects.contains(object)) return named_approval(object);
  const bool held = prune_is_held(picture, to_string(object));
  if (object.kind == Kind::Template) {
    const auto found = picture.wanted.templates.find(object.name);
    const bool retained = found != picture.wanted.templates.end() && found->second.is_retained;
    if (retained && found->second.hindrance) return refuse_protected(verb, object);
    if (held || retained) return named_approval(object);
  }
  if (object.kind == Kind::Sandbox) {
    for (const WantedSandbox* sandbox : sandboxes_named(picture, object.name)) {
      const bool is_kept = sandbox->present->retained || sandbox->present->prune_disabled;
      const bool retained = is_kept && !sandbox->is_declared && sandbox->fate != Fate::Remove;
      if (sandbox->present->is_protected) return refuse_protected(verb, object);
      if (waits_for_a_snapshot(picture, *sandbox)) return delete_of(*sandbox->present, to_string(object));
      if (retained || (held && sandbox->is_prune)) return delete_of(*sandbox->present, to_string(object));
      if (sandbox->fate == Fate::Remove) {
        return refuse(verb, object, "it is about to be removed", "nothing has to be approved");
      }
    }
  }
  const WantedSnapshot* snapshot = snapshot_named(picture, object);
  if (snapshot != nullptr && snapshot->present->is_protected) return refuse_protected(verb, object);
  if (snapshot != nullptr && !snapshot->is_declared && snapshot->fate != Fate::Remove && snapshot->present->retained) {
    return delete_of(*snapshot->present, to_string(object));
  }
  if (snapshot != nullptr && held && snapshot->is_prune) return delete_of(*snapshot->present, to_string(object));
  if (picture.wanted.suspended.contains(to_string(object))) {
    return refuse(verb, object, "it is suspended", "'cowherd describe " + to_string(object) + "' tells by what");
  }
  if (picture.declared.objects.contains(object)) {
    return refuse(verb, object, "it is declared at " + to_string(picture.declared.objects.at(object).spot),
                  "take its document out of the manifests first");
  }
  return refuse(verb, object, "nothing holds its removal back", "see 'cowherd plan' for what is held");
}

}  // namespace

Result<Approval> approval_for(const Picture& picture, const std::string& verb, const ObjectName& object) {
  if (verb == kDelete) return approve_delete(picture, object);
  if (const WantedSnapshot* snapshot = snapshot_named(picture, object); snapshot != nullptr && !snapshot->held_edits.empty()) {
    return approve_edit(*snapshot, verb, object);
  }
  if (object.kind != Kind::Sandbox) {
    return refuse(verb, object, "no edit of it is held", "see 'cowherd plan' for what is held");
  }
  const std::vector<const WantedSandbox*> found = sandboxes_named(picture, object.name);
  for (const WantedSandbox* sandbox : found) {
    if (!sandbox->held_edits.empty()) return approve_edit(*sandbox, verb, object);
  }
  if (found.empty()) {
    return refuse(verb, object, "there is no such sandbox on this host", "'cowherd get sandboxes' lists them");
  }
  return refuse(verb, object, "no edit of it is held back", "see 'cowherd plan' for what is held");
}

Result<std::vector<Approval>> approvals_for_prune(const Picture& picture) {
  if (!picture.declared.complete) {
    return fail(ErrorKind::Invalid, "approve prune: the manifests cannot be read completely: " + picture.declared.problem,
                "what cannot be seen cannot be approved; repair that first");
  }
  if (!picture.seen.store.unreadable.empty()) {
    return fail(ErrorKind::Invalid,
                "approve prune: the state directory cannot be read completely: " +
                    to_string(picture.seen.store.unreadable.front()),
                "what cannot be seen cannot be approved; repair that first");
  }
  std::set<std::string> held;
  for (const Blocked& blocked : picture.plan.blocked) {
    if (blocked.reason == kPruneHeld) held.insert(blocked.object);
  }
  std::vector<Approval> approvals;
  for (const WantedSandbox& sandbox : picture.wanted.sandboxes) {
    const std::string object = to_string(ObjectName{Kind::Sandbox, sandbox.identity.name});
    if (sandbox.is_prune && sandbox.present && held.contains(object)) {
      approvals.push_back(delete_of(*sandbox.present, object));
    }
  }
  for (const auto& [name, wanted] : picture.wanted.snapshots) {
    const std::string object = to_string(ObjectName{Kind::Snapshot, name});
    if (wanted.present && held.contains(object)) approvals.push_back(delete_of(*wanted.present, object));
  }
  for (const auto& [name, wanted] : picture.wanted.templates) {
    const ObjectName object{Kind::Template, name};
    if (held.contains(to_string(object))) approvals.push_back(named_approval(object));
  }
  return approvals;
}

}  // namespace cowherd
