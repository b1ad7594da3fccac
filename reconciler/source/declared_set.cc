// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/declared_set.h"

#include <algorithm>

#include "resources/kinds/placement.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostProblems = 3;  // spelled out in Declaration::problem
constexpr Span kForgetAbsence = std::chrono::hours{1};

std::string join(const std::vector<std::string>& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i) {
    text += (i == 0 ? "" : "; ") + problems[i];
  }
  if (problems.size() > kMostProblems) {
    text += "; and " + std::to_string(problems.size() - kMostProblems) + " more";
  }
  return text;
}

}  // namespace

DeclaredSet::DeclaredSet(std::vector<SourceRecords> sources, Span prune_delay, LabelSelector host)
    : sources_(std::move(sources)), absences_(std::max(kForgetAbsence, 2 * prune_delay)), host_(std::move(host)) {}

void DeclaredSet::accept_empty() {
  for (SourceRecords& source : sources_) source.accept_empty();
}

Declaration DeclaredSet::merge(std::vector<SourceLook> looks, Moment now) {
  Declaration result;
  result.looked_at = now;
  take(std::move(looks), result);
  std::map<std::string, Candidate> candidates;
  for (const SourceRecords& source : sources_) source.add_candidates(candidates);
  const Resolution resolution = resolve(candidates);
  for (const Presence turn : {Presence::There, Presence::Gone}) {
    for (SourceRecords& source : sources_) source.put_in_force(resolution, turn, result);
  }
  for (const auto& object : result.objects) result.held.erase(object.first);
  leave_elsewhere(result);
  for (SourceRecords& source : sources_) source.tell(resolution, result);
  result.diagnostics.insert(result.diagnostics.end(), resolution.diagnostics.begin(), resolution.diagnostics.end());
  std::stable_sort(result.files.begin(), result.files.end(),
                   [](const FileStatus& a, const FileStatus& b) { return a.file < b.file; });
  absences_.count(result, now);
  for (SourceRecords& source : sources_) source.remember(result);
  return result;
}

void DeclaredSet::leave_elsewhere(Declaration& result) const {
  for (auto entry = result.objects.begin(); entry != result.objects.end();) {
    const bool is_here = matches(placement_of(entry->second.object.spec), host_);
    if (!is_here) result.elsewhere.insert(*entry);
    entry = is_here ? std::next(entry) : result.objects.erase(entry);
  }
}

void DeclaredSet::take(std::vector<SourceLook> looks, Declaration& result) {
  std::vector<std::string> problems;
  result.complete = true;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    sources_[i].take(std::move(looks.at(i)));
    const SourceLook& look = sources_[i].look();
    result.complete = result.complete && look.listed && look.problems.empty();
    problems.insert(problems.end(), look.problems.begin(), look.problems.end());
    if (!look.settle_until) continue;
    result.settle_until = result.settling ? std::min(result.settle_until, *look.settle_until) : *look.settle_until;
    result.settling = true;
  }
  result.problem = join(problems);
}

}  // namespace cowherd
