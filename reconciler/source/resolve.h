// SPDX-License-Identifier: Apache-2.0
// Chooses one version of every unit (a file, or a whole revision of a repository) so that together they agree: no kind/name
// twice, no cycle of references. A unit counts whole or not at all. Who comes new gives way to what is in force; two that
// come new at once both give way.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "resources/manifest/parse.h"

namespace cowherd {

enum class Presence {
  There,  // or not known to be gone
  Gone,   // not there any more, in force until that is certain: gives up single names to files that are there
};

struct Candidate {
  const std::vector<Document>* in_force = nullptr;  // null: no version of it is in force
  const std::vector<Document>* fresh = nullptr;     // null: there is no newer valid version
  Presence presence = Presence::There;
};

enum class Choice { Fresh, InForce, Nothing };

struct Resolution {
  std::map<std::string, Choice> choices{};
  std::vector<Diagnostic> diagnostics{};                     // of the checks across files, each once
  std::map<std::string, std::vector<Diagnostic>> against{};  // by unit: why its fresh version was not chosen
};

// Pure. Candidates by unit. Precondition: no two units have documents with spots in the same file.
Resolution resolve(const std::map<std::string, Candidate>& candidates);

// The documents of a choice; null for Nothing.
const std::vector<Document>* documents_of(const Candidate& candidate, Choice choice);

}  // namespace cowherd
