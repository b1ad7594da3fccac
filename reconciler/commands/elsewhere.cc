// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/elsewhere.h"

#include "resources/kinds/placement.h"

namespace cowherd {

std::string told_elsewhere(const Declaration& declared, const ObjectName& name, const LabelSelector& host) {
  const auto found = declared.elsewhere.find(name);
  if (found == declared.elsewhere.end()) return "";
  const LabelSelector& wanted = placement_of(found->second.object.spec);
  LabelSelector here;
  std::string missing;
  for (const auto& [key, value] : wanted) {
    const auto held = host.find(key);
    if (held == host.end()) {
      missing += (missing.empty() ? "" : ", ") + key;
    } else if (held->second != value) {
      here.insert(*held);
    }
  }
  std::string text = to_string(name) + " is declared at " + to_string(found->second.spot) + " for hosts with " + print_labels(wanted) + "\n";
  if (!here.empty()) text += "  this host has " + print_labels(here) + "\n";
  if (!missing.empty()) text += "  this host has no " + missing + "\n";
  return text + "  all labels of this host: " + print_labels(host) + "\n";
}

std::string count_elsewhere(const Declaration& declared) {
  const std::size_t count = declared.elsewhere.size();
  if (count == 0) return "";
  return count == 1 ? "1 object is placed on other hosts.\n" : std::to_string(count) + " objects are placed on other hosts.\n";
}

}  // namespace cowherd
