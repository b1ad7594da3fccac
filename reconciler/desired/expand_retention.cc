// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/expand.h"

namespace cowherd {

namespace {

// A policy that cannot be seen might keep what the others let go.
std::optional<Hindrance> unseen_policy(const ExpandInput& input) {
  const Declaration& declared = input.declared;
  if (!declared.complete) {
    return Hindrance{"PoliciesUnknown", "the manifests could not be read completely: " + declared.problem, true};
  }
  for (const ObjectName& name : declared.held) {
    if (name.kind != Kind::RetentionPolicy || declared.objects.contains(name)) continue;
    return Hindrance{"PoliciesUnknown", "the document of " + to_string(name) + " cannot be used; 'cowherd validate' tells why",
                     true};
  }
  for (const auto& [name, absence] : declared.absences) {
    if (name.kind != Kind::RetentionPolicy || declared.objects.contains(name)) continue;
    if (confirmed_absent(declared, name, input.now, input.prune_delay)) continue;
    return Hindrance{"PolicyVanished", to_string(name) + " is not declared in this look; that is not confirmed yet"};
  }
  return std::nullopt;
}

}  // namespace

WantedRetention expand_retention(const ExpandInput& input) {
  WantedRetention wanted;
  for (const auto& [name, declared] : input.declared.objects) {
    const auto* spec = std::get_if<RetentionPolicySpec>(&declared.object.spec.what);
    if (spec != nullptr) wanted.policies.emplace(name.name, *spec);
  }
  wanted.hindrance = unseen_policy(input);
  return wanted;
}

}  // namespace cowherd
