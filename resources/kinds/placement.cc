// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/placement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "resources/kinds/field.h"
#include "resources/kinds/suggest.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

// As Kubernetes spells it: GOARCH of Go.
std::string arch_of(std::string_view machine) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames{
      {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}, {"armv7l", "arm"}}};
  const auto known = std::find_if(kNames.begin(), kNames.end(), [&](const auto& each) { return each.first == machine; });
  return std::string(known == kNames.end() ? machine : known->second);
}

void add_builtin(LabelSelector& labels, std::string_view key, std::string value) {
  const Field field{.type = FieldType::Labels};
  const bool fits = !value.empty() && read_field(field, Value::Map{{std::string(key), value}}).has_value();
  if (fits) labels.emplace(key, std::move(value));
}

}  // namespace

LabelSelector with_builtin_labels(LabelSelector configured, std::string_view hostname, std::string_view machine) {
  add_builtin(configured, kHostnameLabel, lower(hostname));
  add_builtin(configured, kArchLabel, arch_of(machine));
  return configured;
}

const LabelSelector& placement_of(const Spec& spec) {
  return std::visit([](const auto& what) -> const LabelSelector& { return what.node_selector; }, spec.what);
}

std::string print_labels(const LabelSelector& labels) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : labels) texts.push_back(key + "=" + value);
  return listed(texts);
}

}  // namespace cowherd
