// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "reconciler/desired/backoff.h"
#include "reconciler/desired/expand.h"
#include "reconciler/desired/safeguards.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

using Templates = std::map<ResourceName, WantedTemplate>;

std::string power_name(PowerState power) {
  switch (power) {
    case PowerState::Running: return "Running";
    case PowerState::Paused: return "Paused";
    case PowerState::Stopped: return "Stopped";
  }
  return "Running";
}

// Power, expiry and restarts follow from the identity and the clock alone.
void settle_power(WantedSandbox& sandbox, Moment now) {
  SandboxIdentity& identity = sandbox.identity;
  const bool was_latched = identity.expired_generation == identity.generation;
  if (!was_latched && identity.expires && *identity.expires <= now) {
    identity.expired_generation = identity.generation;
  }
  sandbox.power = identity.spec.power_state;
  sandbox.power_reason = "powerState " + power_name(identity.spec.power_state);
  sandbox.is_declared_stop = sandbox.power == PowerState::Stopped;
  if (identity.retained) {
    sandbox.power = PowerState::Stopped;
    sandbox.is_declared_stop = false;
    sandbox.power_reason = "retained";
    return;
  }
  if (identity.expired_generation == identity.generation) {
    sandbox.power = PowerState::Stopped;
    sandbox.is_declared_stop = false;
    sandbox.power_reason = "ttl expired";
    if (identity.spec.on_expire == OnExpire::Delete && identity.is_protected) {
      sandbox.power_reason += "; its disk is protected and stays";
    } else if (identity.spec.on_expire == OnExpire::Delete) {
      identity.disk_discarded = true;
      sandbox.disk_wanted = false;
    }
    return;
  }
  if (!identity.last_exit || identity.last_exit->generation != identity.generation) return;
  const LastExit& last = *identity.last_exit;
  const bool stays_down = identity.spec.restart == RestartType::Never ||
                          (identity.spec.restart == RestartType::OnFailure && last.success);
  if (stays_down && sandbox.power == PowerState::Running) {
    sandbox.power = PowerState::Stopped;
    sandbox.power_reason = last.success ? "the guest shut down" : "the VM failed: " + last.reason;
    return;
  }
  if (last.failures > 0) sandbox.start_not_before = last.at + backoff_after(last.failures, identity.uid.str());
}

// A new generation: the clock of the ttl starts again and latches open.
void apply_spec(SandboxIdentity& identity, const Declared& declared, Moment now) {
  identity.spec = std::get<SandboxSpec>(declared.object.spec.what);
  identity.spec_hash = spec_hash(declared.object.spec);
  if (identity.spec.ttl) {
    identity.expires = now + *identity.spec.ttl;
  } else {
    identity.expires.reset();
  }
  identity.expired_generation.reset();
  identity.disk_discarded = false;
  if (identity.spec.disk_size && *identity.spec.disk_size > identity.disk_size) {
    identity.disk_size = round_up(*identity.spec.disk_size, 4_KiB);
  }
}

std::optional<Hindrance> template_hindrance(const SandboxSpec& spec, const Templates& templates) {
  const ResourceName& name = spec.template_ref;
  const auto found = templates.find(name);
  if (found == templates.end() || found->second.fate != Fate::Keep || found->second.is_retained) {
    std::vector<std::string> declared;
    for (const auto& [other, wanted] : templates) {
      if (wanted.fate == Fate::Keep && !wanted.is_retained) declared.push_back(other.str());
    }
    const std::string guess = did_you_mean(name.str(), declared);
    return Hindrance{"TemplateNotFound",
                     "template '" + name.str() + "' is not declared" + (guess.empty() ? "" : "; " + guess)};
  }
  if (!found->second.current && found->second.is_suspended) {
    return Hindrance{"TemplateSuspended", "template '" + name.str() + "' is suspended, and no revision of it is as declared"};
  }
  if (!found->second.current && found->second.source_problem) {
    return Hindrance{"TemplateNotReady",
                     "template '" + name.str() + "': " + found->second.source_problem->message};
  }
  return std::nullopt;
}

// What it is made of: the base, the disk driver, the size of the disk.
void begin_from_template(const ExpandInput& input, const Templates& templates, WantedSandbox& sandbox) {
  SandboxIdentity& identity = sandbox.identity;
  const ResourceName& template_name = identity.spec.template_ref;
  identity.template_name = template_name.str();
  sandbox.hindrance = template_hindrance(identity.spec, templates);
  if (input.new_disks.known()) {
    identity.driver = input.new_disks->kind;
  } else {
    sandbox.hindrance = Hindrance{"NoDiskDriver", input.new_disks.unknown() ? to_string(input.new_disks.why())
                                                                           : "this host offers no disk driver"};
  }
  if (sandbox.hindrance) return;
  const WantedTemplate& source = templates.at(template_name);
  sandbox.template_inputs = source.current ? source.current->inputs : source.inputs;
  if (source.current) identity.revision = source.current->id;
  const Bytes offered = std::max(identity.spec.disk_size.value_or(Bytes{}), source.spec.disk_size.value_or(Bytes{}));
  identity.disk_size = round_up(offered, 4_KiB);
}

void begin_from_snapshot(const ExpandInput& input, WantedSandbox& sandbox) {
  SandboxIdentity& identity = sandbox.identity;
  const RestoreChoice choice = choose_restore(input, identity);
  sandbox.hindrance = choice.hindrance;
  if (sandbox.hindrance) return;
  const SnapshotIdentity& snapshot = *choice.snapshot;
  identity.restored = choice.restored;
  identity.template_name = snapshot.template_name;
  identity.revision = snapshot.revision;
  identity.driver = snapshot.driver;
  identity.disk_size = std::max(snapshot.disk_size, round_up(identity.spec.disk_size.value_or(Bytes{}), 4_KiB));
}

WantedSandbox create(const ExpandInput& input, const Declared& declared, const Templates& templates, Uid uid) {
  WantedSandbox sandbox;
  sandbox.fate = Fate::Create;
  sandbox.is_declared = true;
  sandbox.reason = "declared at " + to_string(declared.spot);
  SandboxIdentity& identity = sandbox.identity;
  identity.uid = std::move(uid);
  identity.name = declared.object.metadata.name;
  identity.origin = declared.spot.file;
  identity.labels = declared.object.metadata.labels;
  identity.is_protected = is_protected(declared.object.metadata);
  identity.prune_disabled = is_prune_disabled(declared.object.metadata);
  identity.created = input.now;
  apply_spec(identity, declared, input.now);
  if (identity.spec.restore_from.str().empty()) {
    begin_from_template(input, templates, sandbox);
  } else {
    begin_from_snapshot(input, sandbox);
  }
  settle_power(sandbox, input.now);
  return sandbox;
}

// The one with the highest cost decides how the edit is applied.
ChangeClass worst_of(const std::vector<FieldChange>& edits) {
  ChangeClass worst = ChangeClass::Live;
  for (const FieldChange& edit : edits) worst = std::max(worst, edit.change);
  return worst;
}

std::string_view approval_verb(ChangeClass change) {
  return change == ChangeClass::DataLoss ? "dataloss" : "replace";
}

// An edit that needs a new disk: it waits, or the sandbox is replaced (two entries). `sandbox` is the present one, kept.
std::vector<WantedSandbox> replace(const ExpandInput& input, const Declared& declared, WantedSandbox sandbox,
                                   const std::vector<FieldChange>& edits, const Templates& templates,
                                   const FreshUid& fresh_uid) {
  const SandboxIdentity& present = *sandbox.present;
  const Digest hash = spec_hash(declared.object.spec);
  const std::string verb(approval_verb(worst_of(edits)));
  const auto& spec = std::get<SandboxSpec>(declared.object.spec.what);
  const bool approved = spec.update_strategy == UpdateStrategy::Recreate ||
                        is_approved(input, verb, declared.object.metadata, present.uid, hash);
  const auto stays = [&](std::optional<Hindrance> why) {
    sandbox.held_edits = edits;
    sandbox.hindrance = std::move(why);
    settle_power(sandbox, input.now);
    return std::vector<WantedSandbox>{sandbox};
  };
  if (sandbox.identity.is_protected) {
    return stays(protected_from(edits.front().path + " changed, which replaces its disk", DocumentNow::Stands));
  }
  if (!approved) {
    sandbox.approval = verb + "@" + hash.short8();
    return stays(std::nullopt);
  }
  if (present.is_protected) return stays(std::nullopt);  // first its identity says that it is not any more
  WantedSandbox successor = create(input, declared, templates, fresh_uid());
  successor.identity.generation = present.generation + 1;
  successor.edits = edits;
  if (successor.hindrance) {  // never take the old one away for one that cannot be made
    sandbox.identity = present;
    return stays(successor.hindrance);
  }
  sandbox.identity = present;
  sandbox.fate = Fate::Remove;
  sandbox.power = PowerState::Stopped;
  sandbox.reason = "replaced: " + edits.front().path + " changed";
  return {sandbox, successor};
}

// Declared and present: nothing, an edit in place, or one that needs a new disk.
std::vector<WantedSandbox> keep(const ExpandInput& input, const Declared& declared, const SandboxIdentity& present,
                                const Templates& templates, const FreshUid& fresh_uid) {
  WantedSandbox sandbox;
  sandbox.is_declared = true;
  sandbox.present = present;
  sandbox.identity = present;
  sandbox.identity.origin = declared.spot.file;
  sandbox.identity.labels = declared.object.metadata.labels;
  sandbox.identity.is_protected = is_protected(declared.object.metadata);
  sandbox.identity.prune_disabled = is_prune_disabled(declared.object.metadata);
  sandbox.identity.retained = false;
  const Digest hash = spec_hash(declared.object.spec);
  const std::vector<FieldChange> edits = changes(Spec{present.spec}, declared.object.spec);
  if (worst_of(edits) >= ChangeClass::Replace) return replace(input, declared, sandbox, edits, templates, fresh_uid);
  if (edits.empty()) {
    sandbox.identity.spec_hash = hash;  // as this version hashes what is the same
  } else {
    sandbox.edits = edits;
    sandbox.identity.generation = present.generation + 1;
    apply_spec(sandbox.identity, declared, input.now);
  }
  settle_power(sandbox, input.now);
  return {sandbox};
}

// A retained directory of that name is adopted when template and disk agree.
bool may_adopt(const SandboxIdentity& retained, const Declared& declared) {
  const auto& spec = std::get<SandboxSpec>(declared.object.spec.what);
  return retained.spec.restore_from == spec.restore_from &&
         (!spec.restore_from.str().empty() || retained.template_name == spec.template_ref.str()) &&
         (!spec.disk_size || round_up(*spec.disk_size, 4_KiB) >= retained.disk_size);
}

// Kept without a document: until somebody lets it go, and nothing protects it.
void let_go_when_approved(const ExpandInput& input, WantedSandbox& sandbox) {
  const SandboxIdentity& present = *sandbox.present;
  if (!is_approved(input, "delete", Metadata{}, present.uid, present.spec_hash)) return;
  if (present.is_protected) {
    sandbox.hindrance = protected_from("its deletion is approved", DocumentNow::Gone);
    return;
  }
  sandbox.fate = Fate::Remove;
  sandbox.reason = "deletion approved";
}

// Its absence is confirmed.
void prune(const ExpandInput& input, WantedSandbox& sandbox) {
  const SandboxIdentity& present = *sandbox.present;
  sandbox.reason = "no longer declared (was in " + present.origin + ")";
  if (present.prune_disabled) {
    sandbox.reason = kept_from_pruning(present.origin);
    settle_power(sandbox, input.now);
    let_go_when_approved(input, sandbox);
    return;
  }
  const bool is_retained = present.spec.deletion_policy == SandboxDeletionPolicy::Retain;
  if (present.is_protected && !is_retained) {
    sandbox.hindrance = protected_from("no longer declared", DocumentNow::Gone);
    settle_power(sandbox, input.now);
    return;
  }
  sandbox.is_prune = true;
  sandbox.power = PowerState::Stopped;
  sandbox.power_reason = "no longer declared";
  if (is_retained) {
    sandbox.identity.retained = true;
  } else {
    sandbox.fate = Fate::Remove;
  }
}

WantedSandbox undeclared(const ExpandInput& input, const SandboxIdentity& present) {
  WantedSandbox sandbox;
  sandbox.present = present;
  sandbox.identity = present;
  if (present.retained) {
    sandbox.reason = "retained by its deletionPolicy";
    settle_power(sandbox, input.now);
    let_go_when_approved(input, sandbox);
  } else if (confirmed_absent(input.declared, {Kind::Sandbox, present.name}, input.now, input.prune_delay)) {
    prune(input, sandbox);
  } else {
    sandbox.reason = "not declared in this look; absence is not confirmed yet";
    settle_power(sandbox, input.now);
  }
  return sandbox;
}

}  // namespace

std::vector<WantedSandbox> expand_sandboxes(const ExpandInput& input, const Templates& templates,
                                            const FreshUid& fresh_uid) {
  std::map<ResourceName, const SandboxIdentity*> present;
  std::vector<const SandboxIdentity*> doubles;
  const Uid* unreadable = nullptr;
  for (const auto& [uid, fact] : input.store.sandboxes) {
    if (fact.unknown()) unreadable = &uid;
    if (!fact.known()) continue;
    if (!present.emplace(fact->name, &*fact).second) doubles.push_back(&*fact);
  }

  std::vector<WantedSandbox> wanted;
  for (const auto& [name, declared] : input.declared.objects) {
    if (name.kind != Kind::Sandbox) continue;
    const auto found = present.find(name.name);
    if (found == present.end()) {
      WantedSandbox sandbox = create(input, declared, templates, fresh_uid());
      if (unreadable != nullptr) {  // it may be this very sandbox: unknown is not absent
        sandbox.hindrance = Hindrance{"SandboxUnknown", "an unreadable sandbox directory may hold this name: see " +
                                                            to_string(unreadable_sandbox(*unreadable))};
      }
      wanted.push_back(std::move(sandbox));
      continue;
    }
    const SandboxIdentity& identity = *found->second;
    if (identity.retained && !may_adopt(identity, declared)) {
      WantedSandbox sandbox = create(input, declared, templates, fresh_uid());
      sandbox.hindrance = Hindrance{
          "NameTaken", "a retained sandbox of this name exists and its template or disk differs; "
                       "`cowherd approve delete Sandbox/" + name.name.str() + "` lets it go"};
      wanted.push_back(undeclared(input, identity));
      wanted.push_back(std::move(sandbox));
      continue;
    }
    for (WantedSandbox& sandbox : keep(input, declared, identity, templates, fresh_uid)) {
      wanted.push_back(std::move(sandbox));
    }
  }
  for (const auto& [name, identity] : present) {
    if (!input.declared.objects.contains({Kind::Sandbox, name})) wanted.push_back(undeclared(input, *identity));
  }
  for (const SandboxIdentity* twin : doubles) {
    WantedSandbox sandbox;
    sandbox.fate = Fate::Hold;
    sandbox.present = *twin;
    sandbox.identity = *twin;
    sandbox.hindrance =
        Hindrance{"NameTaken", "two directories claim this name; move sandboxes/" + twin->uid.str() + " away"};
    wanted.push_back(std::move(sandbox));
  }
  std::stable_sort(wanted.begin(), wanted.end(), [](const WantedSandbox& a, const WantedSandbox& b) {
    return a.identity.name < b.identity.name;
  });
  return wanted;
}

}  // namespace cowherd
