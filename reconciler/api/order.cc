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
};

}  // namespace

Result<Order> parse_order(std::string_view json) {
  const Result<Value> body = parse_json(json);
  if (!body) return refuse(to_string(body.error()));
  if (body->as_map() == nullptr) return refuse("not an object");
  const Value* kind = body->find(kKind);
  const std::string name = kind != nullptr && kind->as_string() != nullptr ? *kind->as_string() : "";
  if (name == "approve") {
    ApproveOrder order;
    COWHERD_TRY(read_members(*body, {{"verb", &order.verb}, {"object", &order.object, false}}));
    return order;
  }
  if (name == "undelete") {
    UndeleteOrder order;
    COWHERD_TRY(read_members(*body, {{"what", &order.what}}));
    return order;
  }
  if (name == "suspend") {
    SuspendOrder order;
    COWHERD_TRY(read_members(*body, {{"object", &order.object}, {"reason", &order.reason, false}}));
    return order;
  }
  if (name == "unsuspend") {
    UnsuspendOrder order;
    COWHERD_TRY(read_members(*body, {{"object", &order.object}}));
    return order;
  }
  if (name == "look") {
    COWHERD_TRY(read_members(*body, {}));
    return LookOrder{};
  }
  return refuse("'order' has to be approve, undelete, suspend, unsuspend or look");
}

std::string print_order(const Order& order) {
  Printing printing;
  std::visit(printing, order);
  return print_json(printing.body, JsonStyle::Compact);
}

}  // namespace cowherd
