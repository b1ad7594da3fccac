// SPDX-License-Identifier: Apache-2.0
#include "resources/store/source_state.h"

#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/store/field_reader.h"

namespace cowherd {

namespace {

constexpr Bytes kLimit = 1_MiB;
constexpr const char* kStateFileName = "state.json";
constexpr std::int64_t kFormatVersion = 1;

Value print(const Refusal& refusal) {
  return Value::map()
      .set("commit", refusal.id.str())
      .set("reason", refusal.reason)
      .set("message", refusal.message)
      .set("hint", refusal.hint);
}

Value print(const SourceProblem& problem) {
  return Value::map()
      .set("reason", problem.reason)
      .set("message", problem.message)
      .set("since", print_moment(problem.since))
      .set("failures", problem.failures);
}

Value print(const PastRevision& past) {
  return Value::map()
      .set("commit", past.id.str())
      .set("subject", past.subject)
      .set("author", past.author)
      .set("signer", past.signer)
      .set("committed", print_moment(past.committed))
      .set("inForceSince", print_moment(past.in_force_since));
}

Value print(const SourceState& state) {
  Value value = Value::map();
  value.set("formatVersion", kFormatVersion).set("followed", state.followed);
  if (!state.in_force.empty()) value.set("inForce", state.in_force.str());
  if (!state.followed_to.empty()) value.set("followedTo", state.followed_to.str());
  if (!state.latest.empty()) value.set("latest", state.latest.str());
  if (state.refusal) value.set("refusal", print(*state.refusal));
  if (state.problem) value.set("problem", print(*state.problem));
  if (state.checked) value.set("checked", print_moment(*state.checked));
  Value history = Value::list();
  for (const PastRevision& past : state.history) history.add(print(past));
  return value.set("history", std::move(history));
}

Result<Refusal> refusal_of(const Value& value) {
  FieldReader fields(value);
  Refusal refusal{fields.made<CommitId>("commit"), fields.text("reason"), fields.text("message"), fields.text("hint")};
  COWHERD_TRY(fields.done());
  return refusal;
}

Result<SourceProblem> problem_of(const Value& value) {
  FieldReader fields(value);
  SourceProblem problem{fields.text("reason"), fields.text("message"), fields.moment("since"),
                        static_cast<int>(fields.integer("failures"))};
  COWHERD_TRY(fields.done());
  return problem;
}

Result<PastRevision> past_of(const Value& value) {
  FieldReader fields(value);
  PastRevision past{fields.made<CommitId>("commit"), fields.text("subject"),     fields.text("author"),
                    fields.text("signer"),           fields.moment("committed"), fields.moment("inForceSince")};
  COWHERD_TRY(fields.done());
  return past;
}

Result<std::vector<PastRevision>> history_of(const Value& value) {
  std::vector<PastRevision> history;
  if (value.as_list() == nullptr) return fail(ErrorKind::Corrupt, "it is no list");
  for (const Value& item : *value.as_list()) {
    COWHERD_ASSIGN(PastRevision past, past_of(item));
    history.push_back(std::move(past));
  }
  return history;
}

CommitId optional_commit(FieldReader& fields, std::string_view key) {
  return fields.has(key) ? fields.made<CommitId>(key) : CommitId{};
}

Result<SourceState> parse_state(const std::string& text) {
  const Result<Value> value = parse_json(text);
  if (!value) return fail(ErrorKind::Corrupt, value.error().message);
  FieldReader fields(*value);
  SourceState state;
  if (fields.integer("formatVersion") != kFormatVersion) fields.wrong("formatVersion", "this version reads 1");
  state.followed = fields.text("followed");
  state.in_force = optional_commit(fields, "inForce");
  state.followed_to = optional_commit(fields, "followedTo");
  state.latest = optional_commit(fields, "latest");
  if (fields.has("refusal")) state.refusal = fields.take("refusal", refusal_of(fields.member("refusal")));
  if (fields.has("problem")) state.problem = fields.take("problem", problem_of(fields.member("problem")));
  if (fields.has("checked")) state.checked = fields.moment("checked");
  state.history = fields.take("history", history_of(fields.member("history")));
  COWHERD_TRY(fields.done());
  return state;
}

}  // namespace

Result<SourceState> read_source_state(FileSystem& files, const Layout& layout, const ResourceName& source) {
  const std::string path = layout.source_dir(source) + "/" + kStateFileName;
  COWHERD_ASSIGN(const std::string text, files.read(path, kLimit));
  return parse_state(text).in("reading '" + path + "'");
}

Status write_source_state(FileSystem& files, const Layout& layout, const ResourceName& source, const SourceState& state) {
  const std::string doing = "keeping the state of source '" + source.str() + "'";
  COWHERD_TRY(make_directories(files, layout.source_dir(source)).in(doing));
  return publish_file(files, layout.source_dir(source), kStateFileName, print_json(print(state), JsonStyle::Pretty)).in(doing);
}

}  // namespace cowherd
