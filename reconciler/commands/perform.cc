// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/perform.h"

#include "reconciler/commands/approvals_for.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/trash_list.h"
#include "resources/store/approvals.h"

namespace cowherd {

namespace {

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

  Result<std::string> operator()(const LookOrder&) const { return std::string(); }
};

struct About {
  std::string operator()(const ApproveOrder& order) const {
    const auto object = parse_object_name(order.object);
    return object ? to_string(*object) : "Daemon";
  }
  std::string operator()(const UndeleteOrder&) const { return "Daemon"; }
  std::string operator()(const LookOrder&) const { return "Daemon"; }
};

}  // namespace

Result<std::string> perform(const Order& order, const Picture& picture, FileSystem& files, const Layout& layout) {
  return std::visit(Performing{picture, files, layout}, order);
}

std::string object_of(const Order& order) { return std::visit(About{}, order); }

}  // namespace cowherd
