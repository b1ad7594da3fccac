// SPDX-License-Identifier: Apache-2.0
// Any bytes as a manifest: a file counts whole or not at all, findings lie in the text, and what was read can be written
// and read again.
#include "resources/files/json.h"
#include "resources/kinds/document_type.h"
#include "resources/manifest/parse.h"
#include "resources/manifest/parse_value.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

std::string as_manifest(const Object& object) {
  const DocumentType& type = document_type(object.spec.kind());
  return print_json(Value::Map{{"apiVersion", type.api_version},
                               {"kind", type.kind},
                               {"metadata", to_value(object.metadata)},
                               {"spec", to_value(object.spec)}},
                    JsonStyle::Pretty);
}

void check_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& each : diagnostics) {
    require(each.spot.line >= 1 && each.spot.column >= 1 && each.spot.length >= 1);
    require(print_diagnostic(each).size() < 8192);
    require(!print_json(to_value(each), JsonStyle::Compact).empty());
  }
}

void check(std::string_view text) {
  const ParsedFile parsed = parse_manifest(text, "fuzz.yaml");
  require(parsed.documents.empty() || !has_errors(parsed.diagnostics));
  check_diagnostics(parsed.diagnostics);
  check_diagnostics(cross_check(parsed.documents));
  for (const Document& document : parsed.documents) {
    const ParsedFile again = parse_manifest(as_manifest(document.object), "again.yaml");
    require(again.documents.size() == 1 && again.documents.front().object == document.object);
  }
  if (const auto value = parse_value(text, "fuzz.yaml")) require(!print_json(*value, JsonStyle::Compact).empty());
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
