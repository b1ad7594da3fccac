// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/object_document.h"

#include <algorithm>
#include <array>

namespace cowherd {

namespace {

// The facts that are numbers; others may look like one by chance (a revision of digits only).
constexpr std::array<std::string_view, 4> kNumbers{"vmPid", "hostUser", "kept", "removed"};

Value text_map(const std::map<std::string, std::string>& texts) {
  Value map = Value::map();
  for (const auto& [key, text] : texts) map.set(key, text);
  return map;
}

Value metadata_value(const ObjectStatus& status) {
  Value metadata = Value::map();
  metadata.set("name", status.name.name.str());
  if (!status.metadata.labels.empty()) metadata.set("labels", text_map(status.metadata.labels));
  if (!status.metadata.annotations.empty()) metadata.set("annotations", text_map(status.metadata.annotations));
  if (!status.uid.empty()) metadata.set("uid", status.uid);
  if (status.generation > 0) metadata.set("generation", status.generation);
  return metadata;
}

Value condition_value(const Condition& condition) {
  Value value = Value::map();
  value.set("type", condition.type);
  value.set("status", condition.status);
  value.set("reason", condition.reason);
  value.set("message", condition.message);
  if (condition.since) value.set("lastTransitionTime", print_moment(*condition.since));
  return value;
}

Value fact_value(const std::string& key, const std::string& text) {
  const bool digits = !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
  const bool is_number = std::find(kNumbers.begin(), kNumbers.end(), key) != kNumbers.end();
  if (is_number && digits) return static_cast<std::int64_t>(std::stoi(text));
  return text;
}

Value resources_value(const std::vector<std::pair<std::string, std::string>>& resources) {
  Value list = Value::list();
  for (const auto& [kind, name] : resources) {
    Value value = Value::map();
    value.set("kind", kind);
    value.set("name", name);
    list.add(std::move(value));
  }
  return list;
}

Value pending_value(const std::vector<FieldChange>& changes) {
  Value list = Value::list();
  for (const FieldChange& change : changes) {
    Value value = Value::map();
    value.set("path", change.path);
    value.set("from", change.from);
    value.set("to", change.to);
    value.set("change", std::string(to_string(change.change)));
    list.add(std::move(value));
  }
  return list;
}

Value decisions_value(const std::vector<RetentionDecision>& decisions) {
  Value list = Value::list();
  for (const RetentionDecision& decision : decisions) {
    Value reasons = Value::list();
    for (const std::string& reason : decision.reasons) reasons.add(reason);
    Value value = Value::map();
    value.set("name", decision.name);
    value.set("capturedAt", print_moment(decision.captured));
    value.set("verdict", to_string(decision.verdict));
    value.set("reasons", std::move(reasons));
    list.add(std::move(value));
  }
  return list;
}

Value status_value(const ObjectStatus& status) {
  Value value = Value::map();
  value.set("observedGeneration", status.observed_generation);
  if (!status.spec_hash.empty()) value.set("specHash", status.spec_hash.str());
  Value conditions = Value::list();
  for (const Condition& condition : status.conditions) conditions.add(condition_value(condition));
  value.set("conditions", std::move(conditions));
  value.set("declared", status.declared);
  if (!status.origin.empty()) value.set("origin", status.origin);
  for (const auto& [key, text] : status.facts) value.set(key, fact_value(key, text));
  value.set("resources", resources_value(status.resources));
  if (!status.decisions.empty()) value.set("decisions", decisions_value(status.decisions));
  if (!status.last_error.empty()) value.set("lastError", status.last_error);
  if (status.attempts > 0) value.set("attempts", std::int64_t{status.attempts});
  if (status.next_retry) value.set("nextRetry", print_moment(*status.next_retry));
  if (!status.pending.empty()) value.set("pendingChanges", pending_value(status.pending));
  return value;
}

}  // namespace

Value object_document(const ObjectStatus& status) {
  Value document = Value::map();
  document.set("apiVersion", std::string(kApiVersion));
  document.set("kind", std::string(to_string(status.name.kind)));
  document.set("metadata", metadata_value(status));
  if (status.spec) document.set("spec", to_value(*status.spec));
  document.set("status", status_value(status));
  return document;
}

Value list_document(const std::vector<ObjectStatus>& statuses) {
  Value items = Value::list();
  for (const ObjectStatus& status : statuses) items.add(object_document(status));
  Value list = Value::map();
  list.set("apiVersion", "v1");
  list.set("kind", "List");
  list.set("items", std::move(items));
  return list;
}

}  // namespace cowherd
