// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/collection_fields.h"

#include <algorithm>
#include <set>

#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

using What = FieldProblem::What;
using Problems = std::vector<FieldProblem>;

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// 1 to 63 of [A-Za-z0-9-_.], alphanumeric at both ends.
bool is_label_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelName && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// A DNS subdomain (RFC 1123), lower case.
bool is_label_prefix(std::string_view text) {
  if (text.empty() || text.size() > kMaxLabelPrefix) return false;
  char before = '.';
  for (const char c : text) {
    const bool lower = is_alnum(c) && !(c >= 'A' && c <= 'Z');
    if (!lower && c != '-' && c != '.') return false;
    if (!lower && before == '.') return false;
    if (c == '.' && before == '-') return false;
    before = c;
  }
  return before != '.' && before != '-';
}

bool is_label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_label_name(text);
  return is_label_prefix(text.substr(0, slash)) && is_label_name(text.substr(slash + 1));
}

constexpr std::string_view kKeyHint =
    "use 1 to 63 of letters, digits, '-', '_' and '.', with letters or digits at both ends, after an optional "
    "DNS prefix and '/', as in example.com/team";

std::optional<FieldProblem> wrong_label(FieldType type, const std::string& text) {
  if (type == FieldType::Annotations) {
    if (text.size() <= kMaxAnnotationBytes) return std::nullopt;
    return FieldProblem{What::Form, {}, "the annotation has " + std::to_string(text.size()) + " bytes",
                        "at most " + std::to_string(kMaxAnnotationBytes) + " are allowed"};
  }
  if (text.empty() || is_label_name(text)) return std::nullopt;
  return FieldProblem{What::Form, {}, quoted(text) + " is not a label value",
                      "use up to 63 of letters, digits, '-', '_' and '.', with letters or digits at both ends"};
}

class Reader {
 public:
  explicit Reader(const Field& field) : field_(field) {}

  FieldReading read(const Value& value) {
    FieldValue made;
    if (field_.type == FieldType::Labels || field_.type == FieldType::Annotations) {
      made = labels(value, field_.type);
      if (const auto* members = value.as_map()) check_count(members->size());
    } else if (const Value::List* items = value.as_list()) {
      check_count(items->size());
      made = field_.type == FieldType::SelectorList ? FieldValue(selectors(*items)) : FieldValue(texts(*items));
    } else {
      add(What::Shape, "a list is needed here, not " + described(value), "write [" + described_example(field_) + "]");
    }
    if (!problems_.empty()) return tl::unexpected<Problems>(std::move(problems_));
    return made;
  }

 private:
  void add(What what, std::string message, std::string hint) {
    problems_.push_back({what, at_, std::move(message), std::move(hint)});
  }
  void add(FieldProblem found) {
    found.at = at_;
    problems_.push_back(std::move(found));
  }

  void check_count(std::size_t count) {
    const std::string items = field_.type == FieldType::Labels || field_.type == FieldType::Annotations ? "entries" : "items";
    if (field_.minimum && count < static_cast<std::size_t>(*field_.minimum)) {
      add(What::Empty, "there are no " + items + " here", "give at least " + std::to_string(*field_.minimum));
    }
    if (field_.maximum && count > static_cast<std::size_t>(*field_.maximum)) {
      add(What::Count, std::to_string(count) + " " + items + " are too many", "at most " + std::to_string(*field_.maximum));
    }
  }

  LabelSelector labels(const Value& value, FieldType type) {
    LabelSelector made;
    const Value::Map* members = value.as_map();
    if (members == nullptr) {
      add(What::Shape, "a mapping is needed here, not " + described(value), "write key: value pairs");
      return made;
    }
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto& [key, held] = (*members)[i];
      at_.push_back(i);
      if (!is_label_key(key)) add(What::Key, quoted(key) + " is not a key for labels or annotations", std::string(kKeyHint));
      const std::string* text = held.as_string();
      if (text == nullptr) {
        add(text_needed(held));
      } else if (auto wrong = wrong_label(type, *text)) {
        add(*std::move(wrong));
      } else {
        made[key] = *text;
      }
      at_.pop_back();
    }
    return made;
  }

  std::vector<LabelSelector> selectors(const Value::List& items) {
    std::vector<LabelSelector> made;
    for (std::size_t i = 0; i < items.size(); ++i) {
      at_.push_back(i);
      made.push_back(selector(items[i]));
      at_.pop_back();
    }
    return made;
  }

  LabelSelector selector(const Value& item) {
    LabelSelector made;
    const Value::Map* members = item.as_map();
    if (members == nullptr) {
      add(What::Shape, "a selector is needed here, not " + described(item), "write {matchLabels: {key: value}}");
      return made;
    }
    for (std::size_t i = 0; i < members->size(); ++i) {
      at_.push_back(i);
      if ((*members)[i].first == "matchLabels") {
        made = labels((*members)[i].second, FieldType::Labels);
        if ((*members)[i].second == Value::map()) add(What::Empty, "the selector is empty", "give at least one label");
      } else {
        add(What::Key, "unknown field " + quoted((*members)[i].first), did_you_mean((*members)[i].first, {"matchLabels"}));
      }
      at_.pop_back();
    }
    if (item.find("matchLabels") == nullptr) {
      add(What::Empty, "the selector has no matchLabels", "write {matchLabels: {key: value}}");
    }
    return made;
  }

  std::vector<std::string> texts(const Value::List& items) {
    std::vector<std::string> made;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      at_.push_back(i);
      if (const std::string* text = items[i].as_string()) {
        check_text(*text);
        if (field_.type != FieldType::TextList && !seen.insert(*text).second) {
          add(What::Duplicate, quoted(*text) + " is there twice", "");
        }
        made.push_back(*text);
      } else {
        add(text_needed(items[i]));
      }
      at_.pop_back();
    }
    if (field_.type == FieldType::GroupList && made.size() > 1 && seen.contains("None")) {
      add(What::Choice, "None stands for one group and cannot be combined", "leave out None or the others");
    }
    return made;
  }

  void check_text(const std::string& text) {
    if (field_.type == FieldType::TextList && (text.empty() || text.size() > kMaxTextBytes || has_control(text))) {
      add(What::Form, quoted(text) + " cannot be used here",
          "1 to " + std::to_string(kMaxTextBytes) + " bytes without control characters");
    }
    if (field_.type == FieldType::NameList) {
      const auto name = ResourceName::make(text);
      if (!name) add(What::Form, quoted(text) + " is not a name", name.error().hint);
    }
    if (field_.type == FieldType::GroupList) check_group(text);
  }

  void check_group(const std::string& text) {
    constexpr std::string_view kLabel = "Label:";
    if (text == "Sandbox" || text == "Mode" || text == "None") return;
    if (text.starts_with("label:")) {
      add(What::Choice, quoted(text) + " is none of Sandbox, Mode, None, Label:<key>", "did you mean \"L" + text.substr(1, 80) + "\"?");
    } else if (!text.starts_with(kLabel)) {
      add(What::Choice, quoted(text) + " is none of Sandbox, Mode, None, Label:<key>",
          did_you_mean(text, {"Sandbox", "Mode", "None"}));
    } else if (!is_label_key(std::string_view(text).substr(kLabel.size()))) {
      add(What::Form, quoted(text) + " does not name a label", std::string(kKeyHint));
    }
  }

  const Field& field_;
  std::vector<std::size_t> at_{};
  Problems problems_{};
};

}  // namespace

FieldReading read_collection(const Field& field, const Value& value) { return Reader(field).read(value); }

}  // namespace cowherd
