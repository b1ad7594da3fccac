// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/describe_object.h"

#include "reconciler/commands/print_table.h"
#include "reconciler/commands/print_yaml.h"
#include "reconciler/plan/print.h"
#include "resources/manifest/excerpt.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

constexpr std::string_view kIndent = "  ";

// Every line of the text, indented.
std::string indented(const std::string& text) {
  std::string result;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1);
    result += std::string(kIndent) + text.substr(begin, end - begin + 1);
    begin = end + 1;
  }
  return result;
}

// Nothing for an empty body.
std::string section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : title + ":\n" + body;
}

std::string joined(const std::map<std::string, std::string>& texts) {
  std::string text;
  for (const auto& [key, value] : texts) text += (text.empty() ? "" : ", ") + key + "=" + value;
  return text;
}

std::string head(const ObjectStatus& status) {
  std::vector<TextRow> rows{{"Name:", status.name.name.str()}, {"Kind:", std::string(to_string(status.name.kind))}};
  if (!status.uid.empty()) rows.push_back({"UID:", status.uid});
  rows.push_back({"Declared:", status.declared ? status.origin
                               : status.origin.empty() ? "no"
                                                       : "no (last in " + status.origin + ")"});
  if (status.generation > 0) {
    rows.push_back({"Generation:", std::to_string(status.generation) + " (applied: " +
                                       std::to_string(status.observed_generation) + ")"});
  }
  if (!status.spec_hash.empty()) rows.push_back({"Spec hash:", status.spec_hash.short8()});
  if (!status.metadata.labels.empty()) rows.push_back({"Labels:", joined(status.metadata.labels)});
  if (!status.metadata.annotations.empty()) rows.push_back({"Annotations:", joined(status.metadata.annotations)});
  if (!status.last_error.empty()) rows.push_back({"Last error:", status.last_error});
  if (status.attempts > 0) rows.push_back({"Attempts:", std::to_string(status.attempts) + " failed in a row"});
  if (status.next_retry) rows.push_back({"Next retry:", print_moment(*status.next_retry)});
  return print_pairs(rows, "");
}

std::string conditions(const Picture& picture, const ObjectStatus& status) {
  std::vector<TextRow> rows;
  for (const Condition& condition : status.conditions) {
    rows.push_back({condition.type, condition.status, condition.since ? print_age(picture.now - *condition.since) : "",
                    condition.reason, condition.message});
  }
  return rows.empty() ? "" : indented(print_table({"TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"}, rows));
}

std::string pairs(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<TextRow> rows;
  for (const auto& [key, text] : texts) rows.push_back({key + ":", text});
  return print_pairs(rows, kIndent);
}

// What approves its held edits; "" when none are.
std::string approval_of(const Picture& picture, const ObjectStatus& status) {
  for (const WantedSandbox& wanted : picture.wanted.sandboxes) {
    if (wanted.present && wanted.present->uid.str() == status.uid) return wanted.approval;
  }
  for (const auto& [name, wanted] : picture.wanted.snapshots) {
    if (wanted.present && wanted.present->uid.str() == status.uid) return wanted.approval;
  }
  return "";
}

std::string pending(const Picture& picture, const ObjectStatus& status) {
  std::vector<TextRow> rows;
  for (const FieldChange& change : status.pending) {
    rows.push_back({change.path + ":", (change.from.empty() ? "(unset)" : change.from) + " -> " +
                                           (change.to.empty() ? "(unset)" : change.to),
                    std::string(to_string(change.change))});
  }
  std::string text = print_pairs(rows, kIndent);
  const std::string approval = approval_of(picture, status);
  if (approval.empty()) return text;
  const std::string verb = approval.substr(0, approval.find('@'));
  text += std::string(kIndent) + "approve with `cowherd approve " + verb + " " + to_string(status.name) + "`\n" +
          std::string(kIndent) + "or the annotation " + std::string(kApproveAnnotation) + ": \"" + approval + "\"\n";
  return text;
}

std::string decisions(const ObjectStatus& status) {
  std::vector<TextRow> rows;
  for (const RetentionDecision& decision : status.decisions) {
    rows.push_back({decision.name, print_moment(decision.captured), std::string(to_string(decision.verdict)),
                    listed(decision.reasons)});
  }
  if (rows.empty()) return "";
  const bool is_cut = rows.size() == kMostDecisions;
  return indented(print_table({"SNAPSHOT", "CAPTURED", "VERDICT", "REASONS"}, rows)) +
         (is_cut ? std::string(kIndent) + "`cowherd retention preview " + status.name.name.str() + "` tells all\n" : "");
}

std::string blocked(const Plan& plan, const std::string& object) {
  std::string text;
  for (const Blocked& one : plan.blocked) {
    if (one.object != object) continue;
    text += std::string(kIndent) + std::string(to_string(one.kind)) + ", " + one.reason + ": " + printable(one.message);
    if (one.until) text += " (next try " + print_moment(*one.until) + ")";
    text += "\n";
  }
  return text;
}

std::string planned(const Plan& plan, const std::string& object) {
  std::string text;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (object_of(step.action) != object) continue;
    text += std::string(kIndent) + std::to_string(i + 1) + " " + symbol_of(step.action) + " " +
            printable(describe(step.action)) + " (because: " + printable(step.reason) + ")\n";
  }
  return text;
}

std::string open_intents(const Picture& picture, const std::string& object) {
  std::vector<TextRow> rows;
  for (const Intent& intent : picture.memory.open_intents) {
    if (intent.object != object) continue;
    rows.push_back({intent.action, "begun " + print_age(picture.now - intent.begun) + " ago", intent.detail});
  }
  return print_pairs(rows, kIndent);
}

std::string event_table(const Picture& picture, const std::vector<Event>& events) {
  std::vector<TextRow> rows;
  for (const Event& event : events) {
    const std::string times = event.count > 1 ? " (x" + std::to_string(event.count) + ")" : "";
    rows.push_back({print_age(picture.now - event.last) + times,
                    event.type == EventType::Warning ? "Warning" : "Normal", event.reason, event.message});
  }
  return rows.empty() ? "" : indented(print_table({"AGE", "TYPE", "REASON", "MESSAGE"}, rows));
}

}  // namespace

std::string describe_object(const Picture& picture, const ObjectStatus& status, const std::vector<Event>& events) {
  const std::string object = to_string(status.name);
  return head(status) + section("Spec", status.spec ? indented(print_yaml(to_value(*status.spec))) : "") +
         section("Conditions", conditions(picture, status)) + section("Facts", pairs(status.facts)) +
         section("Resources", pairs(status.resources)) + section("Decisions", decisions(status)) +
         section("Pending edits", pending(picture, status)) +
         section("Blocked", blocked(picture.plan, object)) + section("Planned", planned(picture.plan, object)) +
         section("Under way", open_intents(picture, object)) + section("Events", event_table(picture, events));
}

}  // namespace cowherd
