// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/readiness.h"

#include <algorithm>

#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

// "fleet (NotVerified), lab (…); what was in force of them stays", or nothing.
std::string not_ready_among(const std::vector<SourceStatus>& sources) {
  std::vector<std::string> names;
  for (const SourceStatus& source : sources) {
    if (!source.ready) names.push_back(source.name.str() + " (" + source.reason + ")");
  }
  return names.empty() ? "" : "not ready: " + joined(names) + "; what was in force before stays; 'cowherd source list' tells why";
}

}  // namespace

bool Readiness::is_ready() const {
  return std::all_of(checks.begin(), checks.end(), [](const ReadinessCheck& check) { return check.ok; });
}

Readiness readiness_of(const Page* page, Moment now, Span stale_after) {
  if (page == nullptr) {
    return {{{"look", false, "the first look at the host is not done yet"}, {"manifests", false, "they were not read yet"}}};
  }
  const LookReport& look = page->look;
  const Span age = now - look.at;
  const bool is_fresh = age <= stale_after;
  const std::string since = "the last look at the host began " + print_age(std::max(age, Span{})) + " ago";
  const std::string invalid = look.invalid_manifests == 0 ? ""
                                                          : std::to_string(look.invalid_manifests) +
                                                                " errors in them; what was in force before stays; "
                                                                "'cowherd validate' tells which";
  const std::string problem = look.problem.empty() ? "they could not all be read" : look.problem;
  Readiness readiness{{{"look", is_fresh, is_fresh ? "" : since},
                       {"manifests", look.manifests_read, look.manifests_read ? invalid : problem}}};
  if (!look.sources.empty()) readiness.checks.push_back({"sources", true, not_ready_among(look.sources)});
  return readiness;
}

Value to_value(const Readiness& readiness) {
  Value checks = Value::list();
  for (const ReadinessCheck& check : readiness.checks) {
    Value value = Value::map();
    value.set("name", check.name);
    value.set("status", check.ok ? "ok" : "failed");
    if (!check.message.empty()) value.set("message", check.message);
    checks.add(std::move(value));
  }
  Value value = Value::map();
  value.set("status", readiness.is_ready() ? "ok" : "failed");
  if (!readiness.checks.empty()) value.set("checks", std::move(checks));
  return value;
}

}  // namespace cowherd
