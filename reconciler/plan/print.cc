// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/print.h"

#include <algorithm>
#include <map>

#include "resources/files/json.h"

namespace cowherd {

namespace {

std::string id_of(std::size_t step) { return std::to_string(step + 1); }

std::string edges_of(const Step& step) {
  std::string text;
  for (const std::size_t first : step.after) text += (text.empty() ? "" : ",") + id_of(first);
  return text;
}

std::string count_of(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// The escapes of JSON strings are those of graphviz labels.
std::string quoted(const std::string& text) { return print_json(Value(text), JsonStyle::Compact); }

Value list_of(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.add(text);
  return list;
}

Value step_value(const Step& step, std::size_t index) {
  Value value = Value::map();
  value.set("id", static_cast<std::int64_t>(index + 1));
  value.set("object", object_of(step.action));
  value.set("action", std::string(verb_of(step.action)));
  value.set("description", describe(step.action));
  value.set("reason", step.reason);
  Value after = Value::list();
  for (const std::size_t first : step.after) after.add(static_cast<std::int64_t>(first + 1));
  value.set("after", std::move(after));
  value.set("needs", list_of(needs_of(step.action)));
  value.set("makes", list_of(makes_of(step.action)));
  value.set("unmakes", list_of(unmakes_of(step.action)));
  value.set("prune", step.is_prune);
  return value;
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::string text;
  std::size_t width = 0;
  for (const Step& step : plan.steps) width = std::max(width, object_of(step.action).size());
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const std::string object = object_of(step.action);
    const std::string number = id_of(i);
    text += std::string(number.size() < 3 ? 3 - number.size() : 0, ' ') + number + " " + symbol_of(step.action) + " " +
            object + std::string(width - object.size(), ' ') + "  " + describe(step.action) + "\n";
    text += "        because: " + step.reason + "\n";
    if (!step.after.empty()) text += "        after:   " + edges_of(step) + "\n";
  }
  for (const Blocked& blocked : plan.blocked) {
    text += "  ? " + blocked.object + "  " + std::string(to_string(blocked.kind)) + ", " + blocked.reason + ": " +
            blocked.message;
    if (blocked.until) text += " (next try " + print_moment(*blocked.until) + ")";
    text += "\n";
  }
  for (const std::string& note : plan.notes) text += "  note: " + note + "\n";
  text += plan.steps.empty() ? "Plan: nothing to do" : "Plan: " + count_of(plan.steps.size(), "step");
  if (!plan.blocked.empty()) text += ", " + std::to_string(plan.blocked.size()) + " blocked";
  return text + "\n";
}

Value to_value(const Plan& plan) {
  Value steps = Value::list();
  for (std::size_t i = 0; i < plan.steps.size(); ++i) steps.add(step_value(plan.steps[i], i));
  Value blocked = Value::list();
  for (const Blocked& one : plan.blocked) {
    Value value = Value::map();
    value.set("object", one.object);
    value.set("kind", std::string(to_string(one.kind)));
    value.set("reason", one.reason);
    value.set("message", one.message);
    if (one.until) value.set("until", print_moment(*one.until));
    blocked.add(std::move(value));
  }
  Value value = Value::map();
  value.set("steps", std::move(steps));
  value.set("blocked", std::move(blocked));
  value.set("notes", list_of(plan.notes));
  return value;
}

std::string print_graphviz(const Plan& plan) {
  std::string text = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    text += "  s" + id_of(i) + " [label=" + quoted(object_of(step.action) + "\n" + std::string(verb_of(step.action))) +
            ", tooltip=" + quoted(step.reason) + "];\n";
    for (const std::size_t first : step.after) text += "  s" + id_of(first) + " -> s" + id_of(i) + ";\n";
  }
  for (std::size_t i = 0; i < plan.blocked.size(); ++i) {
    const Blocked& blocked = plan.blocked[i];
    text += "  b" + id_of(i) + " [style=dashed, label=" + quoted(blocked.object + "\n" + blocked.reason) +
            ", tooltip=" + quoted(blocked.message) + "];\n";
  }
  return text + "}\n";
}

}  // namespace cowherd
