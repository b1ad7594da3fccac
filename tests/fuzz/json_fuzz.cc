// SPDX-License-Identifier: Apache-2.0
// Any bytes as JSON: identity files, vm.json, and each line that QEMU sends. What is read is printed and read back.
#include "resources/files/json.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

void check(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) {
    require(value.error().kind == ErrorKind::Invalid);
    return;
  }
  for (const JsonStyle style : {JsonStyle::Compact, JsonStyle::Pretty}) {
    const auto again = parse_json(print_json(*value, style));
    require(again.has_value() && *again == *value);
  }
  const auto canonical = parse_json(print_canonical_json(*value));
  require(canonical.has_value() && print_canonical_json(*canonical) == print_canonical_json(*value));
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
