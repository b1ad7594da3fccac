// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/complete.h"

#include <algorithm>
#include <map>

#include "reconciler/commands/kind_names.h"
#include "resources/kinds/document_type.h"
#include "resources/kinds/source_config.h"

namespace cowherd {

namespace {

// bash hands over "--output", "=", "js" for what was typed as --output=js; zsh and fish hand over one word.
std::vector<std::string> split_at_equals(const std::vector<std::string>& words) {
  std::vector<std::string> split;
  for (const std::string& word : words) {
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (equals != std::string::npos) {
      split.push_back(word.substr(0, equals));
      split.push_back(word.substr(equals + 1));
    } else if (word != "=") {
      split.push_back(word);
    } else if (&word == &words.back()) {
      split.emplace_back();  // "--output=" and nothing yet
    }
  }
  return split;
}

const CommandShape* find_command(const std::vector<CommandShape>& shapes, const std::string& name) {
  const auto found = std::find_if(shapes.begin(), shapes.end(),
                                  [&](const CommandShape& shape) { return !name.empty() && shape.name == name; });
  return found == shapes.end() ? nullptr : &*found;
}

const OptionShape* find_option(const CommandShape& shape, const std::string& name) {
  for (const OptionShape& option : shape.options) {
    if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) return &option;
  }
  return nullptr;
}

// The name of a command that stands below the other.
std::string below(const CommandShape& command, const std::string& word) {
  return command.name.empty() ? word : command.name + " " + word;
}

// What the finished words say.
struct Typed {
  const CommandShape* command = nullptr;  // never null after reading: the one without a name stands for none
  bool has_command = false;
  std::vector<std::string> arguments{};
  std::map<std::string, std::string> values{};  // of options, by their first name
  const OptionShape* awaiting = nullptr;        // an option whose value is the unfinished word
};

Typed read_words(const std::vector<CommandShape>& shapes, const std::vector<std::string>& finished) {
  Typed typed;
  typed.command = &shapes.front();
  for (const std::string& word : finished) {
    if (typed.awaiting != nullptr) {
      typed.values[typed.awaiting->names.front()] = word;
      typed.awaiting = nullptr;
      continue;
    }
    if (word.size() > 1 && word.front() == '-') {
      const OptionShape* option = find_option(*typed.command, word);
      if (option != nullptr && !option->value.empty()) typed.awaiting = option;
      continue;
    }
    const CommandShape* command = typed.has_command ? nullptr : find_command(shapes, below(*typed.command, word));
    if (command != nullptr) {
      typed.command = command;
      typed.has_command = !command->group;
    } else {
      typed.arguments.push_back(word);
    }
  }
  return typed;
}

Options options_of(const Typed& typed) {
  const auto value = [&typed](const std::string& name) {
    const auto found = typed.values.find(name);
    return found == typed.values.end() ? std::string() : found->second;
  };
  return {value("--manifests"), value("--state-dir"), value("--config")};
}

void add_kinds(Completion& completion, const std::string& suffix) {
  for (const Kind kind : kAllKinds) completion.candidates.push_back({std::string(to_string(kind)) + suffix, ""});
}

void add_objects(const Typed& typed, const std::string& word, const Listers& listers, Completion& completion) {
  if (word.find('/') == std::string::npos) return add_kinds(completion, "/");
  const std::string typed_kind = word.substr(0, word.find('/'));  // kept as it was typed: "sbx/web"
  const auto kind = parse_kind(typed_kind);
  if (!kind) return;
  for (const ObjectName& object : listers.objects(options_of(typed))) {
    if (object.kind == *kind) completion.candidates.push_back({typed_kind + "/" + object.name.str(), ""});
  }
}

void add_names(const Typed& typed, const Listers& listers, Completion& completion) {
  const auto kind = parse_kind(typed.arguments.empty() ? "" : typed.arguments.front());
  if (!kind) return;
  for (const ObjectName& object : listers.objects(options_of(typed))) {
    if (object.kind == *kind) completion.candidates.push_back({object.name.str(), ""});
  }
}

void add_names_of(Kind kind, const Typed& typed, const Listers& listers, Completion& completion) {
  for (const ObjectName& object : listers.objects(options_of(typed))) {
    if (object.kind == kind) completion.candidates.push_back({object.name.str(), ""});
  }
}

void add_sources(const Typed& typed, const std::string& before, const Listers& listers, Completion& completion) {
  for (const KnownSource& source : listers.sources(options_of(typed))) completion.candidates.push_back({before + source.name, ""});
}

// Of the source that was named, else of all.
void add_revisions(const Typed& typed, const Listers& listers, Completion& completion) {
  for (const KnownSource& source : listers.sources(options_of(typed))) {
    const bool is_meant = typed.arguments.empty() || typed.arguments.front() == source.name;
    if (is_meant) completion.candidates.insert(completion.candidates.end(), source.revisions.begin(), source.revisions.end());
  }
}

void add_objects_and_sources(const Typed& typed, const std::string& word, const Listers& listers, Completion& completion) {
  const std::size_t slash = word.find('/');
  if (source_in(word)) return add_sources(typed, word.substr(0, slash + 1), listers, completion);
  add_objects(typed, word, listers, completion);
  if (slash == std::string::npos) completion.candidates.push_back({std::string(kSourceKind) + "/", ""});
}

void add_value(const std::string& value, const Typed& typed, const std::string& word, const Listers& listers,
               Completion& completion) {
  if (value == "OBJECT|PATH") {
    if (!word.starts_with("/") && !word.starts_with(".")) return add_objects(typed, word, listers, completion);
    completion.then = ShellPart::Files;
    return;
  }
  if (value == "OBJECT|SOURCE") return add_objects_and_sources(typed, word, listers, completion);
  if (value == "SOURCE") return add_sources(typed, "", listers, completion);
  if (value == "REVISION") return add_revisions(typed, listers, completion);
  if (value == "DIR") completion.then = ShellPart::Directories;
  if (value == "FILE" || value == "POLICY") completion.then = ShellPart::Files;
  if (value == "POLICY") add_names_of(Kind::RetentionPolicy, typed, listers, completion);
  if (value == "NAME") add_names(typed, listers, completion);
  if (value == "SANDBOX") add_names_of(Kind::Sandbox, typed, listers, completion);
  if (value == "SNAPSHOT") add_names_of(Kind::Snapshot, typed, listers, completion);
  if (value == "OBJECT" || word.find('/') != std::string::npos) {
    if (value == "OBJECT" || value == "KIND") add_objects(typed, word, listers, completion);
    return;
  }
  if (value == "KIND" || value.starts_with("KIND|") || value == "TOPIC") add_kinds(completion, "");
  if (value == "TOPIC") completion.candidates.insert(completion.candidates.end(), {{"config", ""}, {std::string(kSourceKind), ""}});
  const bool is_type = value.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  for (std::size_t begin = 0; !is_type && begin <= value.size();) {
    const std::size_t end = std::min(value.find('|', begin), value.size());
    const std::string choice = value.substr(begin, end - begin);
    if (choice != "KIND") completion.candidates.push_back({choice, ""});
    begin = end + 1;
  }
}

void add_options(const CommandShape& shape, Completion& completion) {
  for (const OptionShape& option : shape.options) {
    if (!option.names.empty()) completion.candidates.push_back({option.names.front(), option.doc});
  }
}

// The type of the argument that is due, or empty.
std::string due_argument(const Typed& typed) {
  const std::vector<std::string>& all = typed.command->arguments;
  if (all.empty()) return "";
  const bool last_repeats = all.back().ends_with(kRepeats);
  const std::size_t at = last_repeats ? std::min(typed.arguments.size(), all.size() - 1) : typed.arguments.size();
  if (at >= all.size()) return "";
  return all[at].ends_with(kRepeats) ? all[at].substr(0, all[at].size() - kRepeats.size()) : all[at];
}

}  // namespace

Completion complete(const std::vector<CommandShape>& shapes, std::vector<std::string> words,
                    const Listers& listers) {
  const bool one_word = !words.empty() && words.back().starts_with("--") && words.back().find('=') != std::string::npos;
  const std::string kept = one_word ? words.back().substr(0, words.back().find('=') + 1) : "";
  words = split_at_equals(words);
  const std::string word = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  const Typed typed = read_words(shapes, words);

  Completion completion;
  if (typed.awaiting != nullptr) {
    add_value(typed.awaiting->value, typed, word, listers, completion);
  } else if (word.starts_with("-")) {
    add_options(*typed.command, completion);
  } else if (!typed.has_command) {
    const std::string before = below(*typed.command, "");
    for (const CommandShape& shape : shapes) {
      if (!shape.name.starts_with(before) || shape.name == typed.command->name) continue;
      const std::string rest = shape.name.substr(before.size());
      if (rest.find(' ') == std::string::npos) completion.candidates.push_back({rest, shape.doc});
    }
  } else {
    add_value(due_argument(typed), typed, word, listers, completion);
  }
  std::erase_if(completion.candidates, [&](const CompletionWord& one) { return !one.text.starts_with(word); });
  for (CompletionWord& one : completion.candidates) one.text = kept + one.text;
  return completion;
}

}  // namespace cowherd
