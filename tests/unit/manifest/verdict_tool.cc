// SPDX-License-Identifier: Apache-2.0
// For schema_agreement.py: one line per file, "ok" or "bad" and the codes of its errors. A file whose name ends in
// ".config.json" is read as the daemon's configuration.
#include <fstream>
#include <iostream>
#include <sstream>

#include "resources/manifest/parse.h"
#include "resources/manifest/parse_config.h"

namespace {

std::vector<cowherd::Diagnostic> check(const std::string& file) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  if (file.ends_with(".config.json")) return cowherd::parse_config(text.str(), file).diagnostics;
  return cowherd::parse_manifest(text.str(), file).diagnostics;
}

}  // namespace

int main(int count, char** files) {
  for (int i = 1; i < count; ++i) {
    std::string codes;
    for (const cowherd::Diagnostic& found : check(files[i])) {
      if (found.severity == cowherd::Severity::Error) codes += " " + found.code + "(" + found.path + ")";
    }
    std::cout << (codes.empty() ? "ok" : "bad" + codes) << "\n";
  }
  return 0;
}
