// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/expand.h"

#include <algorithm>
#include <set>


namespace cowherd {

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
    WantedTemplate gone;
    gone.name = *name;
    const bool confirmed =
        confirmed_absent(input.declared, {Kind::Template, *name}, input.now, input.prune_delay);
    gone.fate = confirmed ? Fate::Remove : Fate::Hold;
    gone.is_prune = confirmed;
    gone.reason = confirmed ? "no longer declared" : "not declared in this look; absence is not confirmed yet";
    wanted.templates.emplace(*name, std::move(gone));
  }
  wanted.sandboxes = expand_sandboxes(input, wanted.templates, fresh_uid);
  return wanted;
}

}  // namespace cowherd
