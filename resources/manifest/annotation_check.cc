// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/annotation_check.h"

#include <algorithm>
#include <array>

#include "resources/kinds/field.h"
#include "resources/kinds/metadata.h"
#include "resources/kinds/suggest.h"
#include "resources/kinds/suspend_annotation.h"

namespace cowherd {

namespace {

constexpr std::string_view kOwn = "cowherd.dev/";

struct Known {
  std::string_view key{};
  std::array<const char*, 2> values{};
};
constexpr std::array<Known, 2> kKnown{{{kProtectAnnotation, {"true", "false"}}, {kPruneAnnotation, {"enabled", "disabled"}}}};

// What stands for yes and no elsewhere: as a reason to suspend it would be the opposite of what is meant.
constexpr std::array<std::string_view, 9> kNoReasons{"", "true", "false", "yes", "no", "on", "off", "0", "1"};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

// "true", "false" or a reason.
void check_suspension(const YamlNode& value, const std::string& path, Findings& findings) {
  if (value.type != YamlNode::Type::Text || value.text == "true" || value.text == "false") return;
  if (std::find(kNoReasons.begin(), kNoReasons.end(), lower_case(value.text)) == kNoReasons.end()) return;
  findings.add({"E227", value.place, path, quoted(value.text) + " is neither true nor false nor a reason",
                "write \"true\", \"false\" or why it is suspended"});
}

void check_value(const Known& known, const YamlNode& value, const std::string& path, Findings& findings) {
  if (value.type != YamlNode::Type::Text || value.text == known.values[0] || value.text == known.values[1]) return;
  const std::string first = known.values[0];
  const std::string second = known.values[1];
  const std::string guess = did_you_mean(value.text, {first, second});
  findings.add({"E227", value.place, path, quoted(value.text) + " is neither " + first + " nor " + second,
                guess.empty() ? "write \"" + first + "\" or \"" + second + "\"" : guess});
}

}  // namespace

void check_own_annotations(const YamlNode& annotations, const std::string& path, Findings& findings) {
  for (std::size_t i = 0; i < annotations.keys.size(); ++i) {
    const YamlNode& key = annotations.keys[i];
    if (!key.text.starts_with(kOwn) || key.text == kApproveAnnotation) continue;
    const std::string where = path + "." + key.text.substr(0, 80);
    const auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) { return one.key == key.text; });
    if (known != kKnown.end()) {
      check_value(*known, annotations.items[i], where, findings);
      continue;
    }
    if (key.text == kSuspendAnnotation) {
      check_suspension(annotations.items[i], where, findings);
      continue;
    }
    findings.add({"W102", key.place, where, "cowherd reads no annotation " + quoted(key.text),
                  did_you_mean(key.text, {std::string(kApproveAnnotation), std::string(kProtectAnnotation),
                                          std::string(kPruneAnnotation), std::string(kSuspendAnnotation)})});
  }
}

}  // namespace cowherd
