// SPDX-License-Identifier: Apache-2.0
// cowherd retention preview: what one policy would keep and remove, on this host's snapshots or on a given list. Reads only.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/snapshot_list.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "reconciler/plan/diff_retention.h"
#include "reconciler/source/load_paths.h"
#include "resources/files/clock.h"
#include "resources/files/json.h"
#include "resources/kinds/suggest.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

constexpr std::string_view kStandardInput = "-";

// What to end with, after it has been told.
template <class T>
using Either = std::variant<T, ExitCode>;

ExitCode told(const std::string& message, ExitCode code) {
  tell(message);
  return code;
}

bool names_a_file(const std::string& text) {
  return text == kStandardInput || !ResourceName::make(text) || std::filesystem::exists(text);
}

Either<RetentionPolicySpec> policy_in_file(const RetentionPreviewArguments& arguments) {
  const LoadedManifests loaded = load_paths({arguments.policy});
  tell_diagnostics(loaded.diagnostics);
  if (has_errors(loaded.diagnostics)) return ExitCode::NothingValid;
  std::vector<std::string> names;
  std::vector<const RetentionPolicySpec*> found;
  for (const Document& document : loaded.documents) {
    const auto* spec = std::get_if<RetentionPolicySpec>(&document.object.spec.what);
    if (spec == nullptr) continue;
    names.push_back(document.object.metadata.name.str());
    if (arguments.name.empty() || arguments.name == names.back()) found.push_back(spec);
  }
  if (found.size() == 1) return *found.front();
  const std::string where = "'" + arguments.policy + "'";
  if (names.empty()) return told("there is no RetentionPolicy in " + where, ExitCode::NothingValid);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  if (!found.empty()) return told(where + " holds several policies (" + all + "); choose one with --name", ExitCode::Usage);
  return told("there is no RetentionPolicy '" + arguments.name + "' in " + where + " (" + all + ")", ExitCode::Usage);
}

Either<RetentionPolicySpec> declared_policy(const Declaration& declared, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [object, document] : declared.objects) {
    if (object.kind != Kind::RetentionPolicy) continue;
    if (object.name.str() == name) return std::get<RetentionPolicySpec>(document.object.spec.what);
    names.push_back(object.name.str());
  }
  const std::string guess = did_you_mean(name, names);
  return told("RetentionPolicy/" + name + " is not declared, and there is no such file" + (guess.empty() ? "" : "; " + guess),
              ExitCode::Failure);
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (file) text << file.rdbuf();
  if (!file || std::filesystem::is_directory(path)) return fail(ErrorKind::NotFound, "it cannot be read");
  return text.str();
}

Either<std::vector<RetentionSnapshot>> given_snapshots(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return told("read '" + path + "': " + to_string(text.error()), ExitCode::Failure);
  auto snapshots = parse_snapshot_list(*text);
  if (!snapshots) return told("'" + path + "': " + to_string(snapshots.error()), ExitCode::NothingValid);
  return *std::move(snapshots);
}

// What is decided on, and by what.
struct Question {
  RetentionPolicySpec policy{};
  std::vector<RetentionSnapshot> snapshots{};
  RetentionMoment at{};
  std::optional<RetentionRefusal> refusal{};
};

std::optional<ExitCode> ask_host(const Options& options, const RetentionPreviewArguments& arguments, Question& question) {
  auto opened = Session::open(options, SessionMode::Watching, "retention preview");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  const Picture picture = watch(*std::get<std::unique_ptr<Session>>(opened));
  if (!names_a_file(arguments.policy)) {
    auto declared = declared_policy(picture.declared, arguments.policy);
    if (const auto* code = std::get_if<ExitCode>(&declared)) return *code;
    question.policy = std::get<RetentionPolicySpec>(std::move(declared));
  }
  if (!arguments.snapshots.empty()) return std::nullopt;
  tell_doubts(picture);
  const std::set<std::string> nothing_in_flight;
  const PlanInput input{picture.declared, picture.wanted, picture.seen, picture.memory, picture.walk, nothing_in_flight, Limits{}, picture.now};
  question.snapshots = retention_snapshots(input);
  question.at = retention_moment(input);
  if (!arguments.at) question.refusal = retention_refusal(input);
  return std::nullopt;
}

void print_as_table(const RetentionReview& review) {
  std::vector<TextRow> rows;
  for (const RetentionDecision& decision : review.decisions) {
    rows.push_back({decision.name, print_moment(decision.captured), std::string(to_string(decision.verdict)),
                    listed(decision.reasons)});
  }
  if (!rows.empty()) std::fputs(print_table({"SNAPSHOT", "CAPTURED", "VERDICT", "REASONS"}, rows).c_str(), stdout);
  const auto removed = std::count_if(review.decisions.begin(), review.decisions.end(), [](const RetentionDecision& decision) {
    return decision.verdict == RetentionVerdict::Remove;
  });
  std::printf("%zu selected: %zu kept, %zu removed\n", review.decisions.size(),
              review.decisions.size() - static_cast<std::size_t>(removed), static_cast<std::size_t>(removed));
}

void print_as_json(const RetentionReview& review) {
  Value keep = Value::list();
  Value remove = Value::list();
  for (const RetentionDecision& decision : review.decisions) {
    Value reasons = Value::list();
    for (const std::string& reason : decision.reasons) reasons.add(reason);
    Value value = Value::map();
    value.set("name", decision.name).set("reasons", std::move(reasons));
    (decision.verdict == RetentionVerdict::Keep ? keep : remove).add(std::move(value));
  }
  Value report = Value::map();
  report.set("keep", std::move(keep)).set("remove", std::move(remove));
  std::fputs(print_json(report, JsonStyle::Pretty).c_str(), stdout);
}

ExitCode answer(const Question& question, OutputFormat format) {
  RetentionReview review = decide(question.policy, question.snapshots, question.at);
  if (question.refusal) review = refuse(std::move(review), *question.refusal);
  format == OutputFormat::Json ? print_as_json(review) : print_as_table(review);
  const std::size_t others = question.snapshots.size() - review.decisions.size();
  if (others > 0) tell("not selected, and kept: " + std::to_string(others));
  if (!review.space_unmet.empty()) tell(review.space_unmet);
  if (question.policy.min_free_percent && !question.at.space) {
    tell("space.minFreePercent is not looked at: of these snapshots no file system is known");
  }
  if (!review.refusal) return ExitCode::Done;
  tell("nothing is removed, " + review.refusal->reason + ": " + review.refusal->message);
  return ExitCode::Held;
}

}  // namespace

ExitCode retention_preview_command(const Options& options, const RetentionPreviewArguments& arguments) {
  Question question;
  question.at.now = SystemClock().now();
  const bool is_file = names_a_file(arguments.policy);
  if (is_file) {
    auto policy = policy_in_file(arguments);
    if (const auto* code = std::get_if<ExitCode>(&policy)) return *code;
    question.policy = std::get<RetentionPolicySpec>(std::move(policy));
  } else if (!arguments.name.empty()) {
    return told("--name chooses among the policies of a manifest; there is no file '" + arguments.policy + "'", ExitCode::Usage);
  }
  if (!arguments.snapshots.empty()) {
    auto given = given_snapshots(arguments.snapshots);
    if (const auto* code = std::get_if<ExitCode>(&given)) return *code;
    question.snapshots = std::get<std::vector<RetentionSnapshot>>(std::move(given));
  }
  if (!is_file || arguments.snapshots.empty()) {
    if (const auto code = ask_host(options, arguments, question)) return *code;
  }
  if (arguments.at) question.at.now = *arguments.at;
  return answer(question, arguments.output);
}

}  // namespace cowherd
