// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/order.h"

#include <algorithm>
#include <array>
#include <vector>

#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr std::string_view kKind = "order";

struct Member {
  std::string_view name;
  std::string* text;
  bool is_required = true;
};

tl::unexpected<Error> refuse(const std::string& why) { return fail(ErrorKind::Invalid, "the body is no order: " + why); }

Status read_members(const Value& body, const std::vector<Member>& members) {
  for (const auto& given : *body.as_map()) {
    const auto known = [&given](const Member& member) { return member.name == given.first; };
    if (given.first == kKind || std::any_of(members.begin(), members.end(), known)) continue;
    return refuse("unknown member '" + given.first + "'");
  }
  for (const Member& member : members) {
    const Value* given = body.find(member.name);
    const std::string* text = given == nullptr ? nullptr : given->as_string();
    if (text == nullptr && (given != nullptr || member.is_required)) return refuse("'" + std::string(member.name) + "' has to be a text");
    if (text != nullptr) *member.text = *text;
  }
  return {};
}

Result<Order> read_approve(const Value& body) {
  ApproveOrder order;
  COWHERD_TRY(read_members(body, {{"verb", &order.verb}, {"object", &order.object, false}}));
  return order;
}

Result<Order> read_undelete(const Value& body) {
  UndeleteOrder order;
  COWHERD_TRY(read_members(body, {{"what", &order.what}}));
  return order;
}

Result<Order> read_suspend(const Value& body) {
  SuspendOrder order;
  COWHERD_TRY(read_members(body, {{"object", &order.object}, {"reason", &order.reason, false}}));
  return order;
}

Result<Order> read_unsuspend(const Value& body) {
  UnsuspendOrder order;
  COWHERD_TRY(read_members(body, {{"object", &order.object}}));
  return order;
}

Result<Order> read_rollback(const Value& body) {
  RollbackOrder order;
  COWHERD_TRY(read_members(body, {{"source", &order.source, false}, {"revision", &order.revision}, {"reason", &order.reason, false}}));
  return order;
}

Result<Order> read_look(const Value& body) {
  SourceLookOrder order;
  COWHERD_TRY(read_members(body, {{"source", &order.source, false}}));
  return order.source.empty() ? Order(LookOrder{}) : Order(order);
}

struct Printing {
  Value body = Value::map();
  void operator()(const ApproveOrder& order) {
    body.set(kKind, "approve").set("verb", order.verb);
    if (!order.object.empty()) body.set("object", order.object);
  }
  void operator()(const UndeleteOrder& order) { body.set(kKind, "undelete").set("what", order.what); }
  void operator()(const SuspendOrder& order) {
    body.set(kKind, "suspend").set("object", order.object);
    if (!order.reason.empty()) body.set("reason", order.reason);
  }
  void operator()(const UnsuspendOrder& order) { body.set(kKind, "unsuspend").set("object", order.object); }
  void operator()(const LookOrder&) { body.set(kKind, "look"); }
  void operator()(const SourceLookOrder& order) { body.set(kKind, "look").set("source", order.source); }
  void operator()(const RollbackOrder& order) {
    body.set(kKind, "rollback").set("revision", order.revision);
    if (!order.source.empty()) body.set("source", order.source);
    if (!order.reason.empty()) body.set("reason", order.reason);
  }
};

}  // namespace

Result<Order> parse_order(std::string_view json) {
  const Result<Value> body = parse_json(json);
  if (!body) return refuse(to_string(body.error()));
  if (body->as_map() == nullptr) return refuse("not an object");
  const Value* kind = body->find(kKind);
  const std::string name = kind != nullptr && kind->as_string() != nullptr ? *kind->as_string() : "";
  if (name == "approve") return read_approve(*body);
  if (name == "undelete") return read_undelete(*body);
  if (name == "suspend") return read_suspend(*body);
  if (name == "unsuspend") return read_unsuspend(*body);
  if (name == "rollback") return read_rollback(*body);
  if (name == "look") return read_look(*body);
  return refuse("'order' has to be approve, undelete, suspend, unsuspend, rollback or look");
}

std::string print_order(const Order& order) {
  Printing printing;
  std::visit(printing, order);
  return print_json(printing.body, JsonStyle::Compact);
}

}  // namespace cowherd
