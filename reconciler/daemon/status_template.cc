// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/status.h"

namespace cowherd {

namespace {

template <class Identities>
std::size_t users_among(const Identities& identities, const std::string& name, const Digest& revision) {
  std::size_t users = 0;
  for (const auto& [key, identity] : identities) {
    if (identity.known() && identity->template_name == name && identity->revision == revision) ++users;
  }
  return users;
}

std::string counted(std::size_t number, const std::string& one, const std::string& many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

void add_revisions(const Picture& picture, const std::string& name, ObjectStatus& status) {
  const auto revisions = picture.seen.store.templates.find(name);
  if (revisions == picture.seen.store.templates.end()) return;
  for (const auto& [id, revision] : revisions->second) {
    const std::size_t sandboxes = users_among(picture.seen.store.sandboxes, name, id);
    const std::size_t snapshots = users_among(picture.seen.store.snapshots, name, id);
    status.resources.emplace_back("Revision", id.short12() + " (" + counted(sandboxes, "sandbox", "sandboxes") + ", " +
                                                  counted(snapshots, "snapshot", "snapshots") + ")");
  }
}

Condition ready_of(const WantedTemplate& wanted) {
  if (wanted.fate == Fate::Remove) return {"Ready", "False", "Deleting", wanted.reason, std::nullopt};
  if (wanted.is_retained) return {"Ready", "True", "Retained", wanted.reason, std::nullopt};
  if (!wanted.current) return {"Ready", "False", "NoRevision", "no revision is built yet", std::nullopt};
  return {"Ready", "True", "RevisionReady", "revision " + wanted.current->id.short12(), std::nullopt};
}

}  // namespace

ObjectStatus status_of_template(const Picture& picture, const WantedTemplate& wanted) {
  ObjectStatus status;
  status.name = {Kind::Template, wanted.name};
  status.metadata.name = wanted.name;
  const auto declared = picture.declared.objects.find(status.name);
  if (declared != picture.declared.objects.end()) {
    status.declared = true;
    status.metadata = declared->second.object.metadata;
    status.spec = declared->second.object.spec;
    status.origin = to_string(declared->second.spot);
    status.spec_hash = wanted.spec_hash;
    status.generation = generation_of(picture.memory, to_string(status.name), wanted.spec_hash).number;
    if (wanted.current && !wanted.source_problem) status.observed_generation = status.generation;
  }
  if (wanted.current) {
    status.facts.emplace_back("revision", wanted.current->id.short12());
    status.facts.emplace_back("imageSize", print_quantity(wanted.current->image_size));
  }
  add_revisions(picture, wanted.name.str(), status);
  Verdict verdict = verdict_of(picture, to_string(status.name), ready_of(wanted));
  if (wanted.current && wanted.source_problem) {  // what was built before still serves
    verdict.ready = {"Ready", "True", wanted.source_problem->reason,
                     "revision " + wanted.current->id.short12() + " stays in use; " + wanted.source_problem->message,
                     std::nullopt};
  }
  add_conditions(picture, verdict, status);
  if (wanted.is_protected || (wanted.hindrance && wanted.hindrance->is_guard)) {
    add_condition(picture, status, protected_condition());
  }
  return status;
}

}  // namespace cowherd
