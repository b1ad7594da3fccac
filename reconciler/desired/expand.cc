// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/expand.h"

#include <algorithm>
#include <set>

#include "reconciler/desired/last_snapshot.h"
#include "reconciler/desired/safeguards.h"
#include "reconciler/desired/schedule.h"
#include "reconciler/desired/suspended.h"

namespace cowherd {

namespace {

// The revisions of one template all say what its document said last; one that was not told yet may differ.
bool any_says(const std::map<Digest, Fact<RevisionIdentity>>& revisions, bool RevisionIdentity::*what) {
  return std::any_of(revisions.begin(), revisions.end(),
                     [what](const auto& entry) { return entry.second.known() && (*entry.second).*what; });
}

WantedTemplate undeclared_template(const ExpandInput& input, const ResourceName& name,
                                   const std::map<Digest, Fact<RevisionIdentity>>& revisions) {
  WantedTemplate gone;
  gone.name = name;
  const bool is_approved = is_approved_by_name(input.approvals, {Kind::Template, name});
  if (!confirmed_absent(input.declared, {Kind::Template, name}, input.now, input.prune_delay)) {
    gone.fate = Fate::Hold;
    gone.reason = "not declared in this look; absence is not confirmed yet";
  } else if (any_says(revisions, &RevisionIdentity::is_protected)) {
    gone.is_retained = true;
    gone.reason = "protected";
    gone.hindrance = protected_from("no longer declared", DocumentNow::Gone);
  } else if (any_says(revisions, &RevisionIdentity::retain) && !is_approved) {
    gone.is_retained = true;
    gone.reason = "retained by its deletionPolicy";
  } else if (any_says(revisions, &RevisionIdentity::prune_disabled) && !is_approved) {
    gone.is_retained = true;
    gone.reason = "no longer declared, and annotation " + std::string(kPruneAnnotation) + " leaves it as it is";
  } else {
    gone.fate = Fate::Remove;
    gone.is_prune = true;
    gone.reason = "no longer declared";
  }
  return gone;
}

}  // namespace

std::vector<std::string> interesting_paths(const Declaration& declared) {
  std::set<std::string> paths;
  for (const auto& [name, object] : declared.objects) {
    const auto* spec = std::get_if<TemplateSpec>(&object.object.spec.what);
    if (spec == nullptr) continue;
    for (const std::string& path : {spec->image_path, spec->kernel_path, spec->initrd_path}) {
      if (!path.empty()) paths.insert(path);
    }
  }
  return {paths.begin(), paths.end()};
}

bool is_approved(const ExpandInput& input, std::string_view verb, const Metadata& metadata, const Uid& uid,
                 const Digest& hash) {
  const std::string text = std::string(verb) + "@" + hash.short8();
  const auto annotation = metadata.annotations.find(std::string(kApproveAnnotation));
  if (annotation != metadata.annotations.end() && annotation->second == text) return true;
  return std::any_of(input.approvals.begin(), input.approvals.end(), [&](const Approval& approval) {
    return approval.verb == verb && approval.uid == uid.str() && approval.hash8 == hash.short8();
  });
}

Wanted expand(const ExpandInput& input, const FreshUid& fresh_uid) {
  Wanted wanted;
  for (const auto& [name, declared] : input.declared.objects) {
    if (name.kind == Kind::Template) wanted.templates.emplace(name.name, expand_template(input, declared));
  }
  for (const auto& [text, revisions] : input.store.templates) {
    const auto name = ResourceName::make(text);
    if (!name || revisions.empty() || wanted.templates.contains(*name)) continue;
    wanted.templates.emplace(*name, undeclared_template(input, *name, revisions));
  }
  wanted.suspended = suspended_objects(input);
  hold_templates(wanted.suspended, wanted.templates);
  wanted.snapshots = expand_snapshots(input, fresh_uid);
  wanted.sandboxes = expand_sandboxes(input, wanted.templates, fresh_uid);
  hold_suspended(wanted);
  add_last_snapshots(input, fresh_uid, wanted);
  add_scheduled(input, fresh_uid, wanted);
  wanted.retention = expand_retention(input);
  return wanted;
}

}  // namespace cowherd
