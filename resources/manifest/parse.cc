// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/parse.h"

#include <map>

#include "resources/manifest/decode.h"
#include "resources/manifest/text_check.h"

namespace cowherd {

namespace {

class ManifestReader {
 public:
  explicit ManifestReader(Findings& findings) : findings_(findings) {
    for (const Kind kind : kAllKinds) types_.push_back(&document_type(kind));
  }

  std::vector<Document> read() {
    YamlStream stream(findings_);
    while (const auto root = stream.next()) {
      auto decoded = decode_document(*root, types_, findings_);
      if (decoded) add(*decoded);
    }
    return findings_.errors() > 0 ? std::vector<Document>{} : std::move(documents_);
  }

 private:
  void add(const DecodedDocument& decoded) {
    const Kind kind = *kind_from_string(decoded.type->kind);
    Document made;
    made.object = {make_metadata(decoded.metadata), make_spec(kind, decoded.spec)};
    made.spot = findings_.source().spot(decoded.name);
    made.source_line = findings_.source().line_at(decoded.name.offset);
    const auto [known, fresh] = places_.emplace(made.object.name(), decoded.name);
    if (!fresh) {
      findings_.add({"E301", decoded.name, "metadata.name", to_string(made.object.name()) + " is declared twice",
                     "take one of them out, or give it another name"},
                    known->second, "first declared here");
    }
    if (findings_.errors() == 0) documents_.push_back(std::move(made));
  }

  Findings& findings_;
  std::vector<const DocumentType*> types_{};
  std::vector<Document> documents_{};
  std::map<ObjectName, Place> places_{};
};

}  // namespace

ParsedFile parse_manifest(std::string_view text, const std::string& file) {
  ParsedFile parsed;
  if (text.size() > kMaxTextSize) {
    parsed.diagnostics.push_back(too_large(file, text.size()));
    return parsed;
  }
  const SourceText source(without_byte_order_mark(text), file);
  Findings findings(source);
  check_text(findings);
  if (findings.errors() == 0) parsed.documents = ManifestReader(findings).read();
  parsed.diagnostics = std::move(findings).take();
  return parsed;
}

}  // namespace cowherd
