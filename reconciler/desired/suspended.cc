// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/suspended.h"

#include <algorithm>
#include <set>

#include "resources/kinds/suspend_annotation.h"
#include "resources/manifest/excerpt.h"

namespace cowherd {

namespace {

constexpr const char* kReason = "it is suspended";

std::string with_reason(const std::string& reason) { return reason.empty() ? "" : ": " + printable(reason); }

std::string told(const Suspension& request) {
  const std::string since = request.since ? " since " + print_moment(*request.since) : "";
  return "by `cowherd suspend`" + since + with_reason(request.reason) + "; nothing is done to it until `cowherd unsuspend " +
         to_string(request.object) + "`";
}

std::string told(const Declared& declared, const std::string& reason) {
  return "by annotation " + std::string(kSuspendAnnotation) + " at " + to_string(declared.spot) + with_reason(reason) +
         "; nothing is done to it until its document says otherwise";
}

// A look that was not complete, or an emptied directory that nobody confirmed, says nothing about what is gone.
bool is_about_nothing(const ExpandInput& input, const ObjectName& object) {
  const Declaration& declared = input.declared;
  if (declared.objects.contains(object) || declared.empty_hold || !input.store.unreadable.empty()) return false;
  return confirmed_absent(declared, object, input.now, input.prune_delay) && !is_on_host(input.store, object);
}

Hindrance hindrance_of(const Suspended& suspended) { return {kSuspended, suspended.message, false, true}; }

// The one that stands before it, and whose place it would take.
WantedSandbox* predecessor_of(Wanted& wanted, const WantedSandbox& sandbox) {
  for (WantedSandbox& other : wanted.sandboxes) {
    if (!sandbox.present && other.present && other.identity.name == sandbox.identity.name) return &other;
  }
  return nullptr;
}

// The one that stays is told the generation of the one that does not come.
void drop_successors(Wanted& wanted) {
  std::set<Uid> dropped;
  for (const WantedSandbox& sandbox : wanted.sandboxes) {
    if (!wanted.suspended.contains(to_string(ObjectName{Kind::Sandbox, sandbox.identity.name}))) continue;
    WantedSandbox* stays = predecessor_of(wanted, sandbox);
    if (stays == nullptr) continue;
    stays->identity.generation = sandbox.identity.generation;
    dropped.insert(sandbox.identity.uid);
  }
  std::erase_if(wanted.sandboxes, [&](const WantedSandbox& sandbox) { return dropped.contains(sandbox.identity.uid); });
}

// What is there stays as it is.
template <class WantedObject>
void hold(WantedObject& object) {
  if (object.fate == Fate::Remove) object.reason = kReason;
  object.fate = Fate::Hold;
  object.is_prune = false;
}

void hold_sandboxes(Wanted& wanted) {
  drop_successors(wanted);
  for (WantedSandbox& sandbox : wanted.sandboxes) {
    const auto found = wanted.suspended.find(to_string(ObjectName{Kind::Sandbox, sandbox.identity.name}));
    if (found == wanted.suspended.end()) continue;
    if (!sandbox.present) {
      sandbox.hindrance = hindrance_of(found->second);
      continue;
    }
    hold(sandbox);
  }
}

void hold_snapshots(Wanted& wanted) {
  for (auto& [name, snapshot] : wanted.snapshots) {
    const auto found = wanted.suspended.find(to_string(ObjectName{Kind::Snapshot, name}));
    if (found == wanted.suspended.end()) continue;
    if (!snapshot.present) {
      if (snapshot.fate == Fate::Create) snapshot.hindrance = hindrance_of(found->second);
      continue;
    }
    hold(snapshot);
  }
}

}  // namespace

bool is_on_host(const StoreContents& store, const ObjectName& object) {
  if (object.kind == Kind::Snapshot) return store.snapshots.contains(object.name.str()) || store.seeds.contains(object.name.str());
  if (object.kind == Kind::Template) {
    const auto found = store.templates.find(object.name.str());
    return found != store.templates.end() && !found->second.empty();
  }
  return object.kind == Kind::Sandbox &&
         std::any_of(store.sandboxes.begin(), store.sandboxes.end(), [&](const auto& one) {
           return one.second.unknown() || (one.second.known() && one.second->name == object.name);
         });
}

std::map<std::string, Suspended> suspended_objects(const ExpandInput& input) {
  std::map<std::string, Suspended> suspended;
  for (const auto& [name, declared] : input.declared.objects) {
    const std::optional<std::string> reason = annotated_suspension(declared.object.metadata);
    if (reason) suspended[to_string(name)].message = told(declared, *reason);
  }
  if (!input.suspensions.known()) return suspended;
  for (const Suspension& request : *input.suspensions) {
    Suspended& one = suspended[to_string(request.object)];
    one.message = one.message.empty() ? told(request) : told(request) + "; also " + one.message;
    one.request = request;
    one.is_about_nothing = is_about_nothing(input, request.object);
  }
  return suspended;
}

void hold_templates(const std::map<std::string, Suspended>& suspended, std::map<ResourceName, WantedTemplate>& templates) {
  for (auto& [name, wanted] : templates) {
    wanted.is_suspended = suspended.contains(to_string(ObjectName{Kind::Template, name}));
    if (!wanted.is_suspended) continue;
    if (wanted.fate == Fate::Remove) wanted.fate = Fate::Hold;
    wanted.is_prune = false;
  }
}

void hold_suspended(Wanted& wanted) {
  hold_sandboxes(wanted);
  hold_snapshots(wanted);
}

}  // namespace cowherd
