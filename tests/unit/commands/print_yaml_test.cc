// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/print_yaml.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resources/files/json.h"
#include "resources/manifest/parse.h"

namespace cowherd::testing {
namespace {

// A text in the one place of a manifest that takes any: read back by our own parser.
std::string read_back(const std::string& text) {
  Value document = Value::map();
  document.set("apiVersion", std::string(kApiVersion));
  document.set("kind", "Snapshot");
  document.set_path("metadata.name", "s");
  Value annotations = Value::map();
  annotations.set("note", text);
  Value metadata = *document.find("metadata");
  metadata.set("annotations", std::move(annotations));
  document.set("metadata", std::move(metadata));
  document.set_path("spec.sandboxRef.name", "web");
  const ParsedFile parsed = parse_manifest(print_yaml(document), "printed.yaml");
  for (const Diagnostic& found : parsed.diagnostics) ADD_FAILURE() << print_diagnostic(found) << print_yaml(document);
  if (parsed.documents.size() != 1) return "(no document)";
  return parsed.documents.front().object.metadata.annotations.at("note");
}

TEST(PrintYaml, WhatYamlCouldTakeForSomethingElseIsQuoted) {
  for (const char* text : {"",     "~",     "null", "Null", "true", "False", "yes",  "No",   "on",   "OFF",   "y",
                           "12",   "-1",    "+3",   "0x1F", "0o7",  "1e3",   "1.5",  ".5",   ".inf", "-.Inf", ".NaN",
                           "1_0",  "12:30", "<<",   "=",    "- a",  "a: b",  "a #b", "#a",   "?",    "!t",    "&a",
                           "*a",   "@a",    "`a",   "%a",   "[a]",  "{a}",   "a,b",  "'a'",  "\"a\"", " a",   "a ",
                           "a\nb", "a\tb",  "---",  "...",  "|",    ">",     "2026-11-20", "1Mi2", "5x"}) {
    EXPECT_EQ('"', print_yaml(Value(text)).front()) << text;
    EXPECT_EQ(text, read_back(text));
  }
}

TEST(PrintYaml, PlainWordsPathsSizesAndDurationsStayReadable) {
  for (const char* text : {"Running", "python-312", "/srv/images/base.ext4", "512Mi", "10Gi", "48h", "250ms", "cowherd.dev/v1alpha1"}) {
    EXPECT_EQ(std::string(text) + "\n", print_yaml(Value(text)));
    EXPECT_EQ(text, read_back(text));
  }
}

TEST(PrintYaml, TextsBeyondAsciiReadBack) {
  for (const char* text : {"grün", "牛", "a\\b", "tab\tnewline\nend", "\"quoted\"", "emoji 🐄"}) EXPECT_EQ(text, read_back(text));
}

RC_GTEST_PROP(PrintYaml, AnyPrintableTextReadsBack, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
  RC_ASSERT(read_back(text) == text);
}

TEST(PrintYaml, MappingsAndListsNest) {
  Value inner = Value::map();
  inner.set("name", "root");
  inner.set("sizes", Value(Value::List{Value(1), Value("2")}));
  Value value = Value::map();
  value.set("list", Value(Value::List{inner, Value(Value::List{Value(true)}), Value()}));
  value.set("none", Value::map());
  value.set("empty", Value::list());
  value.set("9", Value());
  EXPECT_EQ(
      "list:\n"
      "  - name: root\n"
      "    sizes:\n"
      "      - 1\n"
      "      - \"2\"\n"
      "  - - true\n"
      "  - null\n"
      "none: {}\n"
      "empty: []\n"
      "\"9\": null\n",
      print_yaml(value));
}

}  // namespace
}  // namespace cowherd::testing
