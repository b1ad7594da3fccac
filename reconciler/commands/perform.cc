// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/perform.h"

#include <algorithm>

#include "reconciler/commands/approvals_for.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/source_pins.h"
#include "reconciler/commands/trash_list.h"
#include "reconciler/daemon/status.h"
#include "resources/kinds/source_config.h"
#include "resources/kinds/suspend_annotation.h"
#include "resources/store/approvals.h"
#include "resources/store/suspensions.h"

namespace cowherd {

namespace {

// Also what has only a name: a document that cannot be used, a record that cannot be read.
bool is_there(const Picture& picture, const ObjectName& object) {
  if (picture.declared.objects.contains(object) || picture.declared.holds(object)) return true;
  const std::string text = to_string(object);
  const std::vector<ObjectStatus> statuses = statuses_of(picture);
  return std::any_of(statuses.begin(), statuses.end(), [&](const ObjectStatus& status) { return status.name == object; }) ||
         std::any_of(picture.plan.blocked.begin(), picture.plan.blocked.end(),
                     [&](const Blocked& blocked) { return blocked.object == text; });
}

// Where its document suspends it; "" when it does not.
std::string annotated_at(const Declaration& declared, const ObjectName& object) {
  const auto found = declared.objects.find(object);
  if (found == declared.objects.end() || !annotated_suspension(found->second.object.metadata)) return "";
  return to_string(found->second.spot);
}

struct Performing {
  const Picture& picture;
  FileSystem& files;
  const Layout& layout;

  Result<std::vector<Approval>> meant(const ApproveOrder& order) const {
    if (order.verb == "prune") return approvals_for_prune(picture);
    COWHERD_ASSIGN(const ObjectName object, parse_object_name(order.object));
    COWHERD_ASSIGN(Approval approval, approval_for(picture, order.verb, object));
    return std::vector<Approval>{std::move(approval)};
  }

  Result<std::string> operator()(const ApproveOrder& order) const {
    COWHERD_ASSIGN(const std::vector<Approval> approvals, meant(order));
    if (approvals.empty()) return std::string("no prune is held back; nothing was approved\n");
    std::string told;
    for (const Approval& approval : approvals) {
      COWHERD_TRY(approve(files, layout, approval));
      told += "approved: " + approval.verb + " " + approval.object + "\n";
    }
    return told;
  }

  Result<std::string> operator()(const UndeleteOrder& order) const {
    COWHERD_ASSIGN(const TrashEntry entry, trash_entry_meant(picture, order.what));
    COWHERD_TRY(approve(files, layout, undelete_approval(entry.name)));
    return "asked for: " + entry.object + " from trash/" + entry.name +
           "; the daemon, or the next 'cowherd apply', brings it back\n";
  }

  Result<std::string> operator()(const SuspendOrder& order) const {
    COWHERD_ASSIGN(const std::string subject, parse_subject(order.object));
    if (const auto source = source_in(subject)) return pin_at_present(*source, order.reason, picture, files, layout);
    COWHERD_ASSIGN(const ObjectName object, parse_object_name(subject));
    const std::string name = to_string(object);
    if (!is_there(picture, object)) {
      return fail(ErrorKind::Invalid, name + " is neither declared nor on this host", "'cowherd get' lists what is");
    }
    COWHERD_TRY(suspend(files, layout, object, order.reason, picture.now));
    return "suspended: " + name + "; what is under way is finished, and nothing more is done to it until 'cowherd unsuspend " +
           name + "'\n";
  }

  Result<std::string> operator()(const UnsuspendOrder& order) const {
    COWHERD_ASSIGN(const std::string subject, parse_subject(order.object));
    if (const auto source = source_in(subject)) return follow_again(*source, picture, files, layout);
    COWHERD_ASSIGN(const ObjectName object, parse_object_name(subject));
    const std::string name = to_string(object);
    const Status taken_back = unsuspend(files, layout, object);
    if (!taken_back && taken_back.error().kind != ErrorKind::NotFound) return fail(taken_back.error());
    const std::string spot = annotated_at(picture.declared, object);
    if (!spot.empty()) {
      return fail(ErrorKind::Invalid, name + " is suspended by annotation " + std::string(kSuspendAnnotation) + " at " + spot +
                                          "; it goes on when its document does not say so any more");
    }
    return taken_back ? "unsuspended: " + name + "\n" : name + " is not suspended; nothing was done\n";
  }

  Result<std::string> operator()(const RollbackOrder& order) const { return roll_back(order, picture, files, layout); }
  Result<std::string> operator()(const LookOrder&) const { return std::string(); }
  Result<std::string> operator()(const SourceLookOrder&) const { return std::string(); }
};

struct About {
  const Declaration& declared;

  static std::string object_or_daemon(const std::string& text) { return parse_subject(text).value_or("Daemon"); }
  std::string operator()(const ApproveOrder& order) const { return object_or_daemon(order.object); }
  std::string operator()(const SuspendOrder& order) const { return object_or_daemon(order.object); }
  std::string operator()(const UnsuspendOrder& order) const { return object_or_daemon(order.object); }
  std::string operator()(const UndeleteOrder&) const { return "Daemon"; }
  std::string operator()(const LookOrder&) const { return "Daemon"; }
  std::string operator()(const SourceLookOrder& order) const { return object_or_daemon(std::string(kSourceKind) + "/" + order.source); }
  std::string operator()(const RollbackOrder& order) const {
    const Result<SourceStatus> source = git_source_meant(declared, order.source);
    return source ? std::string(kSourceKind) + "/" + source->name.str() : "Daemon";
  }
};

}  // namespace

Result<std::string> perform(const Order& order, const Picture& picture, FileSystem& files, const Layout& layout) {
  return std::visit(Performing{picture, files, layout}, order);
}

std::string object_of(const Order& order, const Declaration& declared) { return std::visit(About{declared}, order); }

}  // namespace cowherd
