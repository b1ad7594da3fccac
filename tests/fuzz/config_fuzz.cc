// SPDX-License-Identifier: Apache-2.0
// Any bytes as the daemon's configuration: with an error the defaults are in force.
#include "resources/manifest/parse_config.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

void check(std::string_view text) {
  const ParsedConfig parsed = parse_config(text, "fuzz.yaml");
  for (const Diagnostic& each : parsed.diagnostics) require(!print_diagnostic(each).empty());
  if (has_errors(parsed.diagnostics)) require(parsed.config == parse_config("", "empty.yaml").config);
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
