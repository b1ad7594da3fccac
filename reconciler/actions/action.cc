// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/action.h"

#include <type_traits>

namespace cowherd {

std::string_view verb_of(const Action& action) {
  return std::visit([](const auto& what) { return std::decay_t<decltype(what)>::kVerb; }, action.what);
}
char symbol_of(const Action& action) {
  return std::visit([](const auto& what) { return std::decay_t<decltype(what)>::kSymbol; }, action.what);
}
Lane lane_of(const Action& action) {
  return std::visit([](const auto& what) { return std::decay_t<decltype(what)>::kLane; }, action.what);
}
std::string object_of(const Action& action) {
  return std::visit([](const auto& what) { return what.object(); }, action.what);
}
std::vector<std::string> objects_of(const Action& action) {
  return std::visit(
      [](const auto& what) {
        std::vector<std::string> objects{what.object()};
        if constexpr (requires { what.touches(); }) objects.push_back(what.touches());
        return objects;
      },
      action.what);
}
std::string describe(const Action& action) {
  return std::visit([](const auto& what) { return what.describe(); }, action.what);
}
Keys needs_of(const Action& action) {
  return std::visit([](const auto& what) { return what.needs(); }, action.what);
}
Keys makes_of(const Action& action) {
  return std::visit([](const auto& what) { return what.makes(); }, action.what);
}
Keys unmakes_of(const Action& action) {
  return std::visit([](const auto& what) { return what.unmakes(); }, action.what);
}

Result<Effect> carry_out(const Action& action, Host& host, const BulkControl& control) {
  return std::visit(
      [&](const auto& what) -> Result<Effect> {
        COWHERD_TRY(what.precondition(host));
        COWHERD_ASSIGN(const Effect effect, what.apply(host, control));
        if (effect == Effect::Changed) COWHERD_TRY(what.verify(host));
        return effect;
      },
      action.what);
}

}  // namespace cowherd
