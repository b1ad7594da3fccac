// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/source_document.h"

#include "reconciler/source/source_types.h"
#include "resources/kinds/source_config.h"

namespace cowherd {

namespace {

Value condition(const char* type, bool holds, const std::string& reason, const std::string& message) {
  Value value = Value::map();
  value.set("type", type).set("status", holds ? "True" : "False").set("reason", reason).set("message", message);
  return value;
}

Value conditions_of(const SourceStatus& source) {
  Value conditions = Value::list();
  conditions.add(condition("Ready", source.ready, source.ready ? "InForce" : source.reason, source.ready ? "" : source.message));
  if (source.type == kGitSource) {
    const bool is_told = source.pinned && source.ready;
    conditions.add(condition("Pinned", source.pinned, source.pinned ? "Requested" : "NotPinned", is_told ? source.message : ""));
  }
  return conditions;
}

Value status_value(const SourceStatus& source) {
  Value value = Value::map();
  value.set("conditions", conditions_of(source));
  value.set("type", source.type);
  value.set("place", source.place);
  if (!source.revision.empty()) value.set("revision", source.revision);
  if (!source.newest.empty()) value.set("newest", source.newest);
  if (source.checked) value.set("checked", print_moment(*source.checked));
  value.set("objects", static_cast<std::int64_t>(source.objects));
  return value;
}

}  // namespace

Value source_document(const SourceStatus& source) {
  Value document = Value::map();
  document.set("apiVersion", std::string(kApiVersion));
  document.set("kind", std::string(kSourceKind));
  document.set("metadata", Value::map().set("name", source.name.str()));
  document.set("status", status_value(source));
  return document;
}

Value source_list(const std::vector<SourceStatus>& sources) {
  Value items = Value::list();
  for (const SourceStatus& source : sources) items.add(source_document(source));
  Value list = Value::map();
  list.set("apiVersion", std::string(kApiVersion));
  list.set("kind", std::string(kSourceKind) + "List");
  list.set("items", std::move(items));
  return list;
}

}  // namespace cowherd
