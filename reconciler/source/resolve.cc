// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/resolve.h"

#include <algorithm>
#include <set>

namespace cowherd {

namespace {

Choice first_choice(const Candidate& candidate) {
  if (candidate.fresh != nullptr) return Choice::Fresh;
  return candidate.in_force != nullptr ? Choice::InForce : Choice::Nothing;
}

// What is left when the present choice is refused.
Choice next_choice(const Candidate& candidate, Choice refused) {
  return refused == Choice::Fresh && candidate.in_force != nullptr ? Choice::InForce : Choice::Nothing;
}

class Resolver {
 public:
  explicit Resolver(const std::map<std::string, Candidate>& candidates) : candidates_(candidates) {
    for (const auto& [unit, candidate] : candidates) {
      result_.choices[unit] = first_choice(candidate);
      for (const auto* documents : {candidate.in_force, candidate.fresh}) {
        if (documents == nullptr) continue;
        for (const Document& document : *documents) unit_of_file_[document.spot.file] = unit;
      }
    }
  }

  // Ends: every round but the last takes a choice away from at least one file.
  Resolution run() {
    for (;;) {
      bool again = false;
      for (const Diagnostic& found : cross_check(chosen_documents())) {
        keep(found);
        if (found.severity != Severity::Error) continue;
        const auto losers = losers_of(found);
        refused_.insert(losers.begin(), losers.end());
        for (const std::string& unit : losers) result_.against[unit].push_back(found);
        again = again || !losers.empty();
      }
      for (const std::string& unit : refused_) {
        Choice& choice = result_.choices[unit];
        choice = next_choice(candidates_.at(unit), choice);
      }
      refused_.clear();
      if (!again) return std::move(result_);
    }
  }

 private:
  std::vector<Document> chosen_documents() const {
    std::vector<Document> documents;
    std::set<ObjectName> taken;
    for (const auto& [unit, candidate] : candidates_) {
      const auto* chosen = documents_of(candidate, result_.choices.at(unit));
      if (chosen == nullptr || candidate.presence == Presence::Gone) continue;
      documents.insert(documents.end(), chosen->begin(), chosen->end());
      for (const Document& document : *chosen) taken.insert(document.object.name());
    }
    for (const auto& [unit, candidate] : candidates_) {
      const auto* chosen = documents_of(candidate, result_.choices.at(unit));
      if (chosen == nullptr || candidate.presence == Presence::There) continue;
      std::copy_if(chosen->begin(), chosen->end(), std::back_inserter(documents),
                   [&](const Document& document) { return !taken.contains(document.object.name()); });
    }
    return documents;
  }

  std::set<std::string> units_of(const Diagnostic& found) const {
    std::set<std::string> units;
    const auto enter = [&](const std::string& file) {
      const auto unit = unit_of_file_.find(file);
      if (unit != unit_of_file_.end()) units.insert(unit->second);
    };
    enter(found.spot.file);
    for (const Diagnostic::Other& other : found.others) enter(other.spot.file);
    return units;
  }

  std::vector<std::string> with_choice(const std::set<std::string>& units, Choice choice) const {
    std::vector<std::string> found;
    for (const std::string& unit : units) {
      const auto known = result_.choices.find(unit);
      if (known != result_.choices.end() && known->second == choice) found.push_back(unit);
    }
    return found;
  }

  // New versions give way first. A conflict among old ones alone (after a crash between two of them being
  // remembered) is nobody's turn: all of them are left out, and their names are held.
  std::vector<std::string> losers_of(const Diagnostic& found) const {
    const std::set<std::string> named = units_of(found);
    if (const auto fresh = with_choice(named, Choice::Fresh); !fresh.empty()) return fresh;
    return with_choice(named, Choice::InForce);
  }

  void keep(const Diagnostic& found) {
    if (kept_.emplace(found.spot, found.message).second) result_.diagnostics.push_back(found);
  }

  const std::map<std::string, Candidate>& candidates_;
  std::map<std::string, std::string> unit_of_file_{};
  Resolution result_{};
  std::set<std::string> refused_{};  // in this round
  std::set<std::pair<SourceSpot, std::string>> kept_{};
};

}  // namespace

const std::vector<Document>* documents_of(const Candidate& candidate, Choice choice) {
  switch (choice) {
    case Choice::Fresh:
      return candidate.fresh;
    case Choice::InForce:
      return candidate.in_force;
    case Choice::Nothing:
      return nullptr;
  }
  return nullptr;
}

Resolution resolve(const std::map<std::string, Candidate>& candidates) { return Resolver(candidates).run(); }

}  // namespace cowherd
