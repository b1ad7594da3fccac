// SPDX-License-Identifier: Apache-2.0
// Small manifests and what is found in them.
#pragma once

#include <string>
#include <vector>

#include "resources/manifest/parse.h"

namespace cowherd::testing {

// A valid Sandbox; more is put below spec and must be indented by two.
inline std::string sandbox(const std::string& name, const std::string& more = "") {
  return "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: " + name +
         "}\nspec:\n  templateRef: {name: base}\n" + more;
}

inline ParsedFile parse(const std::string& text) { return parse_manifest(text, "test.yaml"); }

inline std::vector<std::string> codes(const ParsedFile& parsed) {
  std::vector<std::string> found;
  for (const Diagnostic& each : parsed.diagnostics) found.push_back(each.code);
  return found;
}

}  // namespace cowherd::testing
