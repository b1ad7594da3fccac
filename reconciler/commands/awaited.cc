// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/awaited.h"

namespace cowherd {

namespace {

constexpr std::string_view kCondition = "condition=";

std::string text_at(const Value& map, std::string_view key) { return string_at(map, key).value_or(std::string()); }

bool is_as_declared(const Value& document) {
  const Value* declared = document.find_path("metadata.generation");
  const Value* applied = document.find_path("status.observedGeneration");
  if (declared == nullptr || declared->as_integer() == nullptr) return true;
  return applied != nullptr && applied->as_integer() != nullptr && *applied->as_integer() >= *declared->as_integer();
}

}  // namespace

std::string object_of(const Value& document) {
  const Value* metadata = document.find("metadata");
  return text_at(document, "kind") + "/" + (metadata == nullptr ? "" : text_at(*metadata, "name"));
}

const Value* condition_in(const Value& document, const std::string& type) {
  const Value* conditions = document.find_path("status.conditions");
  if (conditions == nullptr || conditions->as_list() == nullptr) return nullptr;
  for (const Value& condition : *conditions->as_list()) {
    if (text_at(condition, "type") == type) return &condition;
  }
  return nullptr;
}

Result<AwaitedCondition> parse_awaited(const std::string& text) {
  if (text == "delete") return AwaitedCondition{};
  const std::string rest = text.starts_with(kCondition) ? text.substr(kCondition.size()) : "";
  const std::size_t equals = rest.find('=');
  AwaitedCondition awaited{rest.substr(0, equals), equals == std::string::npos ? "True" : rest.substr(equals + 1)};
  const bool is_status = awaited.status == "True" || awaited.status == "False" || awaited.status == "Unknown";
  if (!awaited.type.empty() && is_status) return awaited;
  return fail(ErrorKind::Invalid, "'" + text + "' is nothing that can be waited for",
              "write condition=Ready, condition=Ready=False or delete");
}

bool has(const Value& document, const AwaitedCondition& awaited) {
  const Value* condition = condition_in(document, awaited.type);
  if (condition == nullptr || text_at(*condition, "status") != awaited.status) return false;
  return awaited.status != "True" || is_as_declared(document);
}

std::string describe_awaited(const Value* document, const AwaitedCondition& awaited) {
  if (document == nullptr) return "it is neither declared nor on this host";
  if (awaited.type.empty()) return "it is still there";
  const Value* condition = condition_in(*document, awaited.type);
  if (condition == nullptr) return "it has no condition " + awaited.type;
  std::string told = awaited.type + " is " + text_at(*condition, "status") + " (" + text_at(*condition, "reason");
  const std::string message = text_at(*condition, "message");
  return told + (message.empty() ? ")" : ": " + message + ")") +
         (is_as_declared(*document) ? "" : ", and what is declared now is not applied yet");
}

}  // namespace cowherd
