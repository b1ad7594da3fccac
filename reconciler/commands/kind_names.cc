// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/kind_names.h"

#include <algorithm>
#include <array>

#include "resources/kinds/source_config.h"

namespace cowherd {

namespace {

struct Spelling {
  std::string_view text;
  Kind kind;
};

constexpr std::array<Spelling, 12> kSpellings{{{"template", Kind::Template},
                                               {"templates", Kind::Template},
                                               {"tpl", Kind::Template},
                                               {"sandbox", Kind::Sandbox},
                                               {"sandboxes", Kind::Sandbox},
                                               {"sbx", Kind::Sandbox},
                                               {"snapshot", Kind::Snapshot},
                                               {"snapshots", Kind::Snapshot},
                                               {"snap", Kind::Snapshot},
                                               {"retentionpolicy", Kind::RetentionPolicy},
                                               {"retentionpolicies", Kind::RetentionPolicy},
                                               {"rp", Kind::RetentionPolicy}}};

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

}  // namespace

Result<Kind> parse_kind(std::string_view text) {
  const std::string wanted = lower(text);
  for (const Spelling& spelling : kSpellings) {
    if (spelling.text == wanted) return spelling.kind;
  }
  return fail(ErrorKind::Invalid, "'" + std::string(text) + "' is not a kind",
              "kinds are Template (tpl), Sandbox (sbx), Snapshot (snap) and RetentionPolicy (rp)");
}

Result<ObjectName> parse_object_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return fail(ErrorKind::Invalid, "'" + std::string(text) + "' does not name an object",
                "write KIND/NAME, as in Sandbox/web");
  }
  COWHERD_ASSIGN(const Kind kind, parse_kind(text.substr(0, slash)));
  COWHERD_ASSIGN(const ResourceName name, ResourceName::make(text.substr(slash + 1)));
  return ObjectName{kind, name};
}

std::optional<std::string> source_in(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string kind = slash == std::string_view::npos ? "" : lower(text.substr(0, slash));
  if (kind != "source" && kind != "sources") return std::nullopt;
  return std::string(text.substr(slash + 1));
}

Result<std::string> parse_subject(std::string_view text) {
  if (const auto source = source_in(text)) {
    COWHERD_ASSIGN(const ResourceName name, ResourceName::make(*source));
    return std::string(kSourceKind) + "/" + name.str();
  }
  COWHERD_ASSIGN(const ObjectName object, parse_object_name(text));
  return to_string(object);
}

}  // namespace cowherd
