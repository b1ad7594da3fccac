// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/declared_set.h"

#include <algorithm>

#include "reconciler/source/file_diagnostic.h"
#include "reconciler/source/mentioned_names.h"
#include "resources/files/bulk.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostProblems = 3;  // spelled out in Declaration::problem
constexpr int kSavesPerLook = 100;  // each is two fsyncs: a first look at thousands of files must not stall
constexpr Span kForgetAbsence = std::chrono::hours{1};

bool is_complete(const SourceLook& look) { return look.listed && look.problems.empty(); }

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

void append(std::vector<Diagnostic>& to, const std::vector<Diagnostic>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

DeclaredSet::DeclaredSet(DeclaredSettings settings, LastGood& last_good)
    : settings_(std::move(settings)),
      last_good_(last_good),
      absences_(std::max(kForgetAbsence, 2 * settings_.prune_delay)) {}

void DeclaredSet::accept_empty() { anything_before_ = false; }

Declaration DeclaredSet::merge(SourceLook look, Moment now) {
  if (const Status recalled = recall(); !recalled) look.problems.push_back(to_string(recalled.error()));
  Declaration result;
  result.looked_at = now;
  result.complete = is_complete(look);
  result.problem = join(look.problems);
  result.settling = look.settle_until.has_value();
  result.settle_until = look.settle_until.value_or(Moment{});
  take_news(look);
  drop_missing(look);
  const Resolution resolution = choose();
  put_in_force(resolution, result);
  tell(look, resolution, result);
  anything_before_ = anything_before_ || !result.objects.empty();
  result.empty_hold = result.objects.empty() && anything_before_ && settings_.when_empty == WhenEmpty::Hold;
  absences_.count(result, now);
  if (!result.empty_hold) {
    remember(result);
    forget_gone(result);
  }
  return result;
}

Status DeclaredSet::recall() {
  if (recalled_) return {};
  COWHERD_ASSIGN(const Recalled recalled, last_good_.recall());
  recalled_ = true;
  ignored_ = recalled.ignored;
  anything_before_ = anything_before_ || !recalled.ignored.empty();
  for (const GoodFile& file : recalled.files) recall_file(file);
  return {};
}

void DeclaredSet::recall_file(const GoodFile& file) {
  if (file.root != settings_.root) {
    anything_before_ = true;
    gone_.try_emplace(file.path);
    return;
  }
  FileRecord& record = records_[file.path];
  if (record.good_digest) return;  // recalled late: what was read since is newer
  ParsedFile parsed = parse_manifest(file.text, file.path);
  record.saved_digest = sha256(file.text);
  if (has_errors(parsed.diagnostics)) {
    anything_before_ = true;
    record.mentioned.merge(mentioned_names(file.text));
    ignored_.push_back(
        file_diagnostic(kLastGoodIgnored, file.path,
                        "the version of this file that was in force before is not valid any more",
                        parsed.diagnostics.front().message));
    return;
  }
  anything_before_ = anything_before_ || !parsed.documents.empty();
  record.good = std::move(parsed.documents);
  record.good_digest = record.saved_digest;
}

void DeclaredSet::take_news(SourceLook& look) {
  for (auto& entry : records_) entry.second.in_look = false;
  for (auto& [path, news] : look.files) {
    gone_.erase(path);
    FileRecord& record = records_[path];
    record.in_look = true;
    record.presence = Presence::There;
    record.unread.reset();
    if (auto* text = std::get_if<NewText>(&news)) record.take_text(path, std::move(text->text));
    if (auto* none = std::get_if<NoText>(&news)) record.unread = std::move(none->why);
  }
}

void DeclaredSet::drop_missing(const SourceLook& look) {
  for (auto entry = records_.begin(); entry != records_.end();) {
    FileRecord& record = entry->second;
    const bool dropped = !record.in_look && (is_complete(look) || (look.listed && !record.good_digest));
    if (dropped && record.saved_digest) gone_.try_emplace(entry->first);
    if (!record.in_look) record.presence = look.listed ? Presence::Gone : Presence::There;
    entry = dropped ? records_.erase(entry) : std::next(entry);
  }
}

Resolution DeclaredSet::choose() const {
  std::map<std::string, Candidate> candidates;
  for (const auto& [path, record] : records_) candidates.emplace(path, record.candidate());
  return resolve(candidates);
}

void DeclaredSet::hold_names(const std::vector<Document>& documents, Declaration& result) {
  for (const Document& document : documents) result.held.insert(document.object.name());
}

void DeclaredSet::put_in_force(const Resolution& resolution, Declaration& result) {
  for (const Presence turn : {Presence::There, Presence::Gone}) {
    for (auto& [path, record] : records_) {
      if (record.presence != turn) continue;
      const Choice choice = resolution.choices.at(path);
      if (choice == Choice::Fresh) record.put_in_force();
      if (record.fresh()) hold_names(record.latest.documents, result);
      if (choice == Choice::Nothing) {
        hold_names(record.good, result);
        continue;
      }
      for (const Document& document : record.good) {
        result.objects.try_emplace(document.object.name(), Declared{document.object, document.spot});
      }
    }
  }
  for (const auto& object : result.objects) result.held.erase(object.first);
  for (const auto& entry : records_) {
    result.mentioned.insert(entry.second.mentioned.begin(), entry.second.mentioned.end());
  }
}

void DeclaredSet::tell(const SourceLook& look, const Resolution& resolution, Declaration& result) const {
  append(result.diagnostics, ignored_);
  append(result.diagnostics, look.diagnostics);
  const std::vector<Diagnostic> none;
  for (const auto& [path, record] : records_) {
    append(result.diagnostics, record.status(path, none).diagnostics);
    const auto against = resolution.against.find(path);
    result.files.push_back(record.status(path, against == resolution.against.end() ? none : against->second));
  }
  append(result.diagnostics, resolution.diagnostics);
}

void DeclaredSet::remember(Declaration& result) {
  int saves = 0;
  for (auto& [path, record] : records_) {
    if (!record.unsaved()) continue;
    if (++saves > kSavesPerLook) return;
    const Status saved = last_good_.remember({path, record.latest_text, settings_.root, result.looked_at});
    if (!saved) {
      result.diagnostics.push_back(file_diagnostic(kNotRemembered, path, to_string(saved.error())));
      return;  // the next one would fail alike; the next look tries again
    }
    record.saved_digest = record.latest_digest;
    record.latest_text.clear();
  }
}

void DeclaredSet::forget_gone(Declaration& result) {
  if (!result.complete) return;
  for (auto entry = gone_.begin(); entry != gone_.end();) {
    Absence& absence = entry->second;
    if (absence.complete_looks++ == 0) absence.since = result.looked_at;
    const bool certain =
        absence.complete_looks >= 2 && result.looked_at - absence.since >= settings_.prune_delay;
    const Status forgotten = certain ? last_good_.forget(entry->first) : Status{};
    if (!forgotten) {
      result.diagnostics.push_back(
          file_diagnostic(kNotForgotten, entry->first, to_string(forgotten.error())));
    }
    entry = certain && forgotten ? gone_.erase(entry) : std::next(entry);
  }
}

}  // namespace cowherd
