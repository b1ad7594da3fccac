// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/manual.h"

#include "resources/kinds/field_facts.h"
#include "resources/kinds/roff.h"

namespace cowherd {

namespace {

constexpr std::string_view kExample = R"(apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {name: python-312}
spec:
  source: {image: {path: /srv/images/python.ext4}}
  boot: {kernel: {path: /srv/kernels/vmlinuz}, args: ["console=ttyS0"]}
---
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {name: agent-7, labels: {team: ml}}
spec:
  templateRef: {name: python-312}
  resources: {vcpus: 2, memory: 512Mi})";

std::string field_text(const DocumentType& type, const Field& field, bool in_spec) {
  std::string facts;
  for (const auto& [title, content] : facts_of(type, field, in_spec)) {
    if (title == "required" && content == "no") continue;
    facts += (facts.empty() ? "" : "; ") + title + (title == "required" && content == "yes" ? "" : ": " + content);
  }
  return ".TP\n" + roff_bold((in_spec ? "spec." : "metadata.") + field.path) + " <" +
         roff_text(to_string(field.type)) + ">\n" + roff_text(field.doc) + (facts.empty() ? "" : "\n.br\n" + roff_text(facts)) + "\n";
}

std::string document_text(const DocumentType& type) {
  std::string text = roff_section(type.kind) + roff_paragraph("apiVersion: " + type.api_version + ", kind: " + type.kind) +
                     roff_paragraph(type.doc);
  for (const OneOf& choice : type.one_of) {
    text += roff_paragraph(told(choice));
  }
  for (const Field& field : type.fields) text += field_text(type, field, true);
  return text;
}

std::string metadata_text(const DocumentType& type) {
  std::string text = roff_section("METADATA") + roff_paragraph("The same for every kind that is declared.");
  for (const Field& field : type.metadata) text += field_text(type, field, false);
  return text;
}

}  // namespace

std::string manifest_manual(std::string_view version) {
  std::string text = roff_title("COWHERD.YAML", 5, version, "cowherd manual") + roff_section("NAME") +
                     "cowherd.yaml \\- manifests of cowherd, and its configuration\n" + roff_section("DESCRIPTION");
  text += roff_paragraph(
      "Manifests are YAML documents in files that end with .yaml or .yml below the manifests directory. Unknown keys, keys given "
      "twice and two documents of one kind and name are errors; the file that has one keeps what it declared before. Sizes are "
      "written with a suffix (512Mi, 10Gi), durations as 1h30m. `cowherd explain KIND.path` tells about one field, `cowherd "
      "validate` checks files.");
  text += roff_example(kExample);
  text += metadata_text(document_type(kAllKinds[0]));
  for (const Kind kind : kAllKinds) text += document_text(document_type(kind));
  text += document_text(config_document()) + document_text(source_document());
  return text + roff_section("SEE ALSO") + roff_bold("cowherd") + "(1)\n";
}

}  // namespace cowherd
