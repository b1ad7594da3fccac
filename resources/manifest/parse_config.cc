// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/parse_config.h"

#include "resources/manifest/config_check.h"
#include "resources/manifest/decode.h"
#include "resources/manifest/text_check.h"

namespace cowherd {

namespace {

Config read_config(Findings& findings) {
  const std::vector<const DocumentType*> types{&config_document()};
  YamlStream stream(findings);
  std::optional<DecodedDocument> first;
  while (const auto root = stream.next()) {
    auto decoded = decode_document(*root, types, findings);
    if (first && decoded) {
      findings.add({"E301", decoded->name, "kind", "the configuration is there twice", "take one of them out"}, first->name,
                   "first here");
    }
    if (decoded) check_config(*root, findings);
    if (!first) first = std::move(decoded);
  }
  return first && findings.errors() == 0 ? make_config(first->spec) : default_config();
}

}  // namespace

ParsedConfig parse_config(std::string_view text, const std::string& file) {
  ParsedConfig parsed{default_config(), {}};
  if (text.size() > kMaxTextSize) {
    parsed.diagnostics.push_back(too_large(file, text.size()));
    return parsed;
  }
  const SourceText source(without_byte_order_mark(text), file);
  Findings findings(source);
  check_text(findings);
  if (findings.errors() == 0) parsed.config = read_config(findings);
  parsed.diagnostics = std::move(findings).take();
  return parsed;
}

}  // namespace cowherd
