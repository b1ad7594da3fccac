// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/cross_check.h"

#include <algorithm>

#include "resources/manifest/reference_cycles.h"

namespace cowherd {

namespace {

using Sorted = std::vector<const Document*>;  // by object, then place

Sorted sorted(const std::vector<Document>& documents) {
  Sorted all;
  for (const Document& document : documents) all.push_back(&document);
  std::sort(all.begin(), all.end(), [](const Document* a, const Document* b) {
    return std::pair(a->object.name(), a->spot) < std::pair(b->object.name(), b->spot);
  });
  return all;
}

Diagnostic at(const Document& document, std::string code, std::string path, std::string message, std::string hint) {
  Diagnostic made;
  made.code = std::move(code);
  made.spot = document.spot;
  made.path = std::move(path);
  made.message = std::move(message);
  made.hint = std::move(hint);
  made.source_line = document.source_line;
  return made;
}

void add_duplicates(const Sorted& all, std::vector<Diagnostic>& found) {
  const Document* first = nullptr;
  for (const Document* document : all) {
    if (first == nullptr || first->object.name() != document->object.name()) {
      first = document;
      continue;
    }
    Diagnostic made = at(*document, "E301", "metadata.name", to_string(document->object.name()) + " is declared twice",
                         "take one of them out, or give it another name");
    made.others.push_back({first->spot, "first declared here", first->source_line});
    found.push_back(std::move(made));
  }
}

void add_cycles(const Sorted& all, const ReferencesOf& references_of, std::vector<Diagnostic>& found) {
  std::map<ObjectName, const Document*> by_name;
  ReferenceGraph graph;
  for (const Document* document : all) {
    if (!by_name.emplace(document->object.name(), document).second) continue;
    std::vector<ObjectName>& targets = graph[document->object.name()];
    for (const Reference& reference : references_of(document->object.spec)) targets.push_back(reference.to);
  }
  for (const std::vector<ObjectName>& circle : reference_cycles(graph)) {
    std::string way;
    for (const ObjectName& name : circle) way += to_string(name) + " -> ";
    Diagnostic made = at(*by_name.at(circle.front()), "E302", "metadata.name",
                         "objects refer to each other in a circle: " + way + to_string(circle.front()), "break the circle");
    for (std::size_t i = 1; i < circle.size() && i <= 10; ++i) {
      const Document& other = *by_name.at(circle[i]);
      made.others.push_back({other.spot, "part of the circle", other.source_line});
    }
    found.push_back(std::move(made));
  }
}

}  // namespace

std::vector<Diagnostic> cross_check(const std::vector<Document>& documents) {
  return cross_check(documents, [](const Spec& spec) { return references(spec); });
}

std::vector<Diagnostic> cross_check(const std::vector<Document>& documents, const ReferencesOf& references_of) {
  const Sorted all = sorted(documents);
  std::vector<Diagnostic> found;
  add_duplicates(all, found);
  add_cycles(all, references_of, found);
  return found;
}

}  // namespace cowherd
