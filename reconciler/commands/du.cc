// SPDX-License-Identifier: Apache-2.0
// cowherd du: what everything takes, each block once. Looks for itself; takes no lock, writes nothing.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/lineage_view.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/tell.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

struct Row {
  std::string name{};
  SpaceShare share{};
};

// In the order of the graph; what it does not know comes last, under its own name.
std::vector<Row> rows_of(const LineageView& view, SpaceReport& report) {
  std::vector<Row> rows;
  for (const auto& [id, node] : view.walk.lineage.nodes) {
    const auto found = report.shares.owners.find(space_owner(id));
    if (found == report.shares.owners.end()) continue;
    rows.push_back({node.label, found->second});
    report.shares.owners.erase(found);
  }
  for (const auto& [owner, share] : report.shares.owners) rows.push_back({owner, share});
  return rows;
}

Value to_value(const SpaceShare& share) {
  Value value = Value::map();
  value.set("exclusive", static_cast<std::int64_t>(share.exclusive.value))
      .set("shared", static_cast<std::int64_t>(share.shared.value))
      .set("total", static_cast<std::int64_t>(share.total().value));
  return value;
}

std::string print_rows_as_json(const std::vector<Row>& rows, Bytes shared_once, Bytes total) {
  Value list = Value::list();
  for (const Row& row : rows) {
    Value one = to_value(row.share);
    one.set("name", row.name);
    list.add(std::move(one));
  }
  Value report = Value::map();
  report.set("objects", std::move(list))
      .set("sharedOnce", static_cast<std::int64_t>(shared_once.value))
      .set("total", static_cast<std::int64_t>(total.value));
  return print_json(report, JsonStyle::Pretty);
}

std::string print_rows(const std::vector<Row>& rows, Bytes shared_once, Bytes total) {
  std::vector<TextRow> table;
  for (const Row& row : rows) {
    table.push_back({row.name, print_space(row.share.exclusive), print_space(row.share.shared), print_space(row.share.total())});
  }
  return print_table({"NAME", "EXCLUSIVE", "SHARED", "TOTAL"}, table) + "\nexclusive " + print_space(total - shared_once) +
         " + shared, counted once, " + print_space(shared_once) + " = " + print_space(total) + " (" +
         std::to_string(total.value) + " bytes)\n";
}

}  // namespace

ExitCode du_command(const Options& options, OutputFormat output) {
  auto opened = Session::open(options, SessionMode::Watching, "du");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const LineageView view = view_lineage(session);
  SpaceReport report = measure_space(session.files(), session.layout(), SpaceGrain::Objects);
  const Bytes total = report.shares.total();
  const Bytes shared_once = report.shares.shared_once;
  const std::vector<Row> rows = rows_of(view, report);
  const bool as_json = output == OutputFormat::Json;
  std::fputs((as_json ? print_rows_as_json(rows, shared_once, total) : print_rows(rows, shared_once, total)).c_str(), stdout);
  for (const Error& error : report.unmeasured) tell(to_string(error) + "; the total is not whole");
  return report.unmeasured.empty() ? ExitCode::Done : ExitCode::Failure;
}

}  // namespace cowherd
