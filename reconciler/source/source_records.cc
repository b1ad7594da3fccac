// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/source_records.h"

#include <algorithm>

#include "reconciler/source/file_diagnostic.h"
#include "resources/files/bulk.h"

namespace cowherd {

namespace {

constexpr int kSavesPerLook = 100;  // each is two fsyncs: a first look at thousands of files must not stall

void append(std::vector<Diagnostic>& to, const std::vector<Diagnostic>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

void hold_names(const std::vector<Document>& documents, Declaration& result) {
  for (const Document& document : documents) result.held.insert(document.object.name());
}

}  // namespace

SourceRecords::SourceRecords(RecordsSettings settings, LastGood& last_good)
    : settings_(std::move(settings)), last_good_(last_good) {}

void SourceRecords::take(SourceLook look) {
  look_ = std::move(look);
  if (const Status recalled = recall(); !recalled) look_.problems.push_back(to_string(recalled.error()));
  take_news();
  drop_missing();
  look_.files.clear();
}

Status SourceRecords::recall() {
  if (recalled_) return {};
  COWHERD_ASSIGN(const Recalled recalled, last_good_.recall());
  recalled_ = true;
  ignored_ = recalled.ignored;
  anything_before_ = anything_before_ || !recalled.ignored.empty();
  for (const GoodFile& file : recalled.files) recall_unit(file);
  return {};
}

void SourceRecords::recall_unit(const GoodFile& file) {
  if (file.root != settings_.root) {
    anything_before_ = true;
    gone_.try_emplace(file.path);
    return;
  }
  FileRecord& record = records_[file.path];
  if (record.good_digest) return;  // recalled late: what was read since is newer
  UnitContent content = settings_.read(file.text, file.path);
  record.saved_digest = sha256(file.text);
  if (has_errors(content.parsed.diagnostics)) {
    anything_before_ = true;
    record.mentioned.merge(content.mentioned);
    ignored_.push_back(file_diagnostic(kLastGoodIgnored, file.path,
                                       "the version of this that was in force before is not valid any more",
                                       content.parsed.diagnostics.front().message));
    return;
  }
  anything_before_ = anything_before_ || !content.parsed.documents.empty();
  record.good = std::move(content.parsed.documents);
  record.good_digest = record.saved_digest;
}

void SourceRecords::take_news() {
  for (auto& entry : records_) entry.second.in_look = false;
  for (auto& [path, news] : look_.files) {
    gone_.erase(path);
    FileRecord& record = records_[path];
    record.in_look = true;
    record.presence = Presence::There;
    record.unread.reset();
    if (auto* text = std::get_if<NewText>(&news)) record.take_text(path, std::move(text->text), settings_.read);
    if (auto* none = std::get_if<NoText>(&news)) record.unread = std::move(none->why);
  }
}

void SourceRecords::drop_missing() {
  for (auto entry = records_.begin(); entry != records_.end();) {
    FileRecord& record = entry->second;
    const bool dropped = !record.in_look && (is_complete() || (look_.listed && !record.good_digest));
    if (dropped && record.saved_digest) gone_.try_emplace(entry->first);
    if (!record.in_look) record.presence = look_.listed ? Presence::Gone : Presence::There;
    entry = dropped ? records_.erase(entry) : std::next(entry);
  }
}

void SourceRecords::add_candidates(std::map<std::string, Candidate>& candidates) const {
  for (const auto& [unit, record] : records_) candidates.emplace(unit, record.candidate());
}

void SourceRecords::put_in_force(const Resolution& resolution, Presence turn, Declaration& result) {
  if (turn == Presence::There) objects_ = 0;
  for (auto& [unit, record] : records_) {
    if (record.presence != turn) continue;
    const Choice choice = resolution.choices.at(unit);
    if (choice == Choice::Fresh) record.put_in_force();
    if (record.fresh()) hold_names(record.latest.documents, result);
    if (choice == Choice::Nothing) {
      hold_names(record.good, result);
      continue;
    }
    for (const Document& document : record.good) {
      const Declared declared{document.object, document.spot, settings_.source};
      if (result.objects.try_emplace(document.object.name(), declared).second) ++objects_;
    }
  }
}

void SourceRecords::tell(const Resolution& resolution, Declaration& result) {
  append(result.diagnostics, ignored_);
  append(result.diagnostics, look_.diagnostics);
  statuses_.clear();
  for (const auto& [unit, record] : records_) {
    result.mentioned.insert(record.mentioned.begin(), record.mentioned.end());
    append(result.diagnostics, record.status(unit, {}).diagnostics);
    const auto against = resolution.against.find(unit);
    statuses_.push_back(record.status(unit, against == resolution.against.end() ? std::vector<Diagnostic>{} : against->second));
  }
  result.files.insert(result.files.end(), statuses_.begin(), statuses_.end());
  anything_before_ = anything_before_ || objects_ > 0;
  holds_emptiness_ = objects_ == 0 && anything_before_ && settings_.when_empty == WhenEmpty::Hold;
  result.empty_hold = result.empty_hold || holds_emptiness_;
}

void SourceRecords::complete(SourceStatus& status) const {
  status.objects = objects_;
  if (!status.ready) return;
  if (!is_complete() && !look_.problems.empty()) {
    status.ready = look_.settle_until.has_value();
    status.reason = status.ready ? "" : "Incomplete";
    status.message = status.ready ? "" : look_.problems.front();
  }
  for (const FileStatus& unit : statuses_) {
    const auto error = std::find_if(unit.diagnostics.begin(), unit.diagnostics.end(),
                                    [](const Diagnostic& one) { return one.severity == Severity::Error; });
    if (unit.valid || error == unit.diagnostics.end()) continue;
    status.ready = false;
    status.reason = "Invalid";
    status.message = in_one_line(*error);
    return;
  }
}

void SourceRecords::remember(Declaration& result) {
  if (holds_emptiness_) return;
  save(result);
  forget_gone(result);
}

void SourceRecords::save(Declaration& result) {
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

void SourceRecords::forget_gone(Declaration& result) {
  if (!is_complete()) return;
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
