// SPDX-License-Identifier: Apache-2.0
#include "resources/block/kernel/kernel_device_mapper.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>

#include "resources/block/kernel/dm_task.h"

namespace cowherd {

namespace {

std::string quoted(const char* verb, const std::string& name) {
  return std::string(verb) + " device '" + name + "'";
}

// A task about one device, run.
Result<DmTask> run_on(int type, const std::string& name, std::string doing, DmDuty duty) {
  COWHERD_ASSIGN(DmTask task, DmTask::make(type, std::move(doing)));
  COWHERD_TRY(task.set_name(name));
  COWHERD_TRY(task.run(duty));
  return task;
}

// Walks the chains of variable-length records the kernel answers with: `next` is an offset, 0 in the last
// one.
template <class Record>
const Record* next_record(const Record* record) {
  if (record->next == 0) return nullptr;
  return reinterpret_cast<const Record*>(reinterpret_cast<const char*>(record) + record->next);
}

bool kernel_can_load(const std::string& target) {
  auto task = DmTask::make(DM_DEVICE_GET_TARGET_VERSION, "ask for target '" + target + "'");
  return task && task->set_name(target) && task->run(DmDuty::Look);
}

Result<std::vector<std::string>> list_targets() {
  COWHERD_ASSIGN(DmTask task, DmTask::make(DM_DEVICE_LIST_VERSIONS, "list the targets of device-mapper"));
  COWHERD_TRY(task.run(DmDuty::Look));
  std::vector<std::string> targets;
  for (const dm_versions* at = dm_task_get_versions(task.get()); at != nullptr; at = next_record(at)) {
    if (at->name[0] != '\0') targets.emplace_back(at->name);
  }
  // A kernel lists what is loaded; asking for a version loads the module (since ioctl 4.41), as creating
  // would.
  for (const char* needed : {"snapshot", "linear", "zero"}) {
    const bool listed = std::find(targets.begin(), targets.end(), needed) != targets.end();
    if (!listed && kernel_can_load(needed)) targets.emplace_back(needed);
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

DmDevice to_device(const DmTask& task, const dm_info& info) {
  DmDevice device;
  const char* name = dm_task_get_name(task.get());
  const char* uuid = dm_task_get_uuid(task.get());
  device.name = name != nullptr ? name : "";
  device.uuid = uuid != nullptr ? uuid : "";
  device.device = {info.major, info.minor};
  device.open_count = info.open_count;
  device.suspended = info.suspended != 0;
  device.has_live_table = info.live_table != 0;
  return device;
}

Result<DmDevice> info_of(DeviceNumber number) {
  COWHERD_ASSIGN(DmTask task, DmTask::make(DM_DEVICE_INFO, "look at device " + to_string(number)));
  COWHERD_TRY(task.set_device(number));
  COWHERD_TRY(task.run(DmDuty::Look));
  COWHERD_ASSIGN(const dm_info info, task.info());
  return to_device(task, info);
}

Result<std::vector<DmDevice>> list_devices() {
  COWHERD_ASSIGN(DmTask task, DmTask::make(DM_DEVICE_LIST, "list the device-mapper devices"));
  COWHERD_TRY(task.run(DmDuty::Look));
  std::vector<DmDevice> devices;
  for (const dm_names* at = dm_task_get_names(task.get()); at != nullptr; at = next_record(at)) {
    if (at->dev == 0) break;  // the kernel's way to say that there is none
    auto device = info_of({gnu_dev_major(at->dev), gnu_dev_minor(at->dev)});
    if (!device && device.error().kind == ErrorKind::NotFound) continue;  // it went meanwhile
    if (!device) return fail(std::move(device).error());
    devices.push_back(*std::move(device));
  }
  std::sort(devices.begin(), devices.end(),
            [](const DmDevice& a, const DmDevice& b) { return a.name < b.name; });
  return devices;
}

enum class FoundBy { Name, Uuid };

// Adds the device to those that were found, unless there is none or it is among them.
Status add_found(FoundBy by, const std::string& what, std::vector<DmDevice>& found) {
  COWHERD_ASSIGN(DmTask task, DmTask::make(DM_DEVICE_INFO, quoted("look for", what)));
  COWHERD_TRY(by == FoundBy::Name ? task.set_name(what) : task.set_uuid(what));
  COWHERD_TRY(task.run(DmDuty::Look));
  const auto info = task.info();
  if (!info && info.error().kind == ErrorKind::NotFound) return {};
  if (!info) return fail(info.error());
  DmDevice device = to_device(task, *info);
  if (std::find(found.begin(), found.end(), device) == found.end()) found.push_back(std::move(device));
  return {};
}

Result<std::vector<DmDevice>> find_devices(const std::vector<std::string>& names, const std::vector<std::string>& uuids) {
  std::vector<DmDevice> found;
  for (const std::string& name : names) COWHERD_TRY(add_found(FoundBy::Name, name, found));
  for (const std::string& uuid : uuids) COWHERD_TRY(add_found(FoundBy::Uuid, uuid, found));
  std::sort(found.begin(), found.end(), [](const DmDevice& a, const DmDevice& b) { return a.name < b.name; });
  return found;
}

Result<DmDeviceDetail> look_at(const std::string& name) {
  const std::string doing = quoted("look at", name);
  COWHERD_ASSIGN(DmTask info, run_on(DM_DEVICE_INFO, name, doing, DmDuty::Look));
  COWHERD_ASSIGN(const dm_info found, info.info());
  DmDeviceDetail detail{to_device(info, found), {}, {}};
  COWHERD_ASSIGN(DmTask table, run_on(DM_DEVICE_TABLE, name, doing, DmDuty::Look));
  COWHERD_TRY(table.info());
  for (const DmTask::Line& line : table.lines()) {
    detail.table.push_back(parse_target(line.start, line.length, line.type, line.params));
  }
  COWHERD_ASSIGN(DmTask status, DmTask::make(DM_DEVICE_STATUS, doing));
  COWHERD_TRY(status.set_name(name));
  COWHERD_TRY(status.no_flush());
  COWHERD_TRY(status.run(DmDuty::Look));
  COWHERD_TRY(status.info());
  for (const DmTask::Line& line : status.lines()) detail.status.push_back(line.params);
  return detail;
}

Status check_given_up(const GaveUp& gave_up, const std::string& doing) {
  return gave_up() ? Status{fail(ErrorKind::Busy, doing + ": nobody waits for it any more")} : Status{};
}

// ENXIO is what a store with a wrong magic gives; the device we make is not "absent".
Error as_failure(Error error) {
  if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Failed;
  return error;
}

Status make_empty(const std::string& name, const std::string& uuid) {
  COWHERD_ASSIGN(DmTask task, DmTask::make(DM_DEVICE_CREATE, quoted("create", name)));
  COWHERD_TRY(task.set_name(name));
  if (!uuid.empty()) COWHERD_TRY(task.set_uuid(uuid));
  return task.run(DmDuty::Look);
}

Status load(const std::string& name, const DmTable& table) {
  COWHERD_ASSIGN(DmTask task, DmTask::make(DM_DEVICE_RELOAD, "load the table of '" + name + "'"));
  COWHERD_TRY(task.set_name(name));
  for (const DmTarget& target : table) COWHERD_TRY(task.add_target(target));
  return task.run(DmDuty::Look).in("loading '" + print_table(table) + "'");
}

bool is_block_device(const std::string& path, DeviceNumber device) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISBLK(found.st_mode) &&
         found.st_rdev == gnu_dev_makedev(device.major, device.minor);
}

std::string mapper_node(const DmDevice& device) { return "/dev/mapper/" + device.name; }
std::string plain_node(const DmDevice& device) { return "/dev/dm-" + std::to_string(device.device.minor); }

Status check_node(const DmDevice& made) {
  for (const std::string& node : {mapper_node(made), plain_node(made)}) {
    if (is_block_device(node, made.device)) return {};
  }
  return fail(ErrorKind::Failed,
              quoted("create", made.name) + ": neither " + mapper_node(made) + " nor " + plain_node(made) + " appeared",
              "mount devtmpfs on /dev, or run udevd");
}

// The caller that gave up may have let go of the loops the table names, and their numbers may serve other
// files by now: no step is taken then.
Status fill(const std::string& name, const DmTable& table, const GaveUp& gave_up) {
  COWHERD_TRY(check_given_up(gave_up, quoted("create", name)));
  COWHERD_TRY(load(name, table));
  COWHERD_TRY(check_given_up(gave_up, quoted("create", name)));
  COWHERD_ASSIGN(DmTask resumed, run_on(DM_DEVICE_RESUME, name, quoted("resume", name), DmDuty::ChangeNodes));
  COWHERD_ASSIGN(const dm_info info, resumed.info());
  DmDevice made = to_device(resumed, info);
  made.name = name;
  return check_node(made);
}

Status create_device(const std::string& name, const std::string& uuid, const DmTable& table,
                     const GaveUp& gave_up) {
  Status made = make_empty(name, uuid);
  if (!made)
    return fail(std::move(made).error().with_hint("the name or the uuid is taken; see 'dmsetup info'"));
  Status filled = fill(name, table, gave_up);
  if (filled) return filled;
  Error error = as_failure(std::move(filled).error());
  const auto removed = run_on(DM_DEVICE_REMOVE, name, quoted("remove", name), DmDuty::ChangeNodes);
  if (!removed) error = std::move(error).and_also(removed.error());
  return fail(std::move(error));
}

Status run_simple(int type, const std::string& name, const std::string& doing) {
  // A cookie for a suspend would wait for ever: it makes no uevent.
  const DmDuty duty = type == DM_DEVICE_SUSPEND ? DmDuty::Look : DmDuty::ChangeNodes;
  COWHERD_TRY(run_on(type, name, doing, duty));
  return {};
}

}  // namespace

Result<std::vector<std::string>> KernelDeviceMapper::targets() {
  return thread_.run<std::vector<std::string>>("list targets", [](const GaveUp&) { return list_targets(); });
}

Result<std::vector<DmDevice>> KernelDeviceMapper::list() {
  return thread_.run<std::vector<DmDevice>>("list devices", [](const GaveUp&) { return list_devices(); });
}

Result<std::vector<DmDevice>> KernelDeviceMapper::find(const std::vector<std::string>& names,
                                                       const std::vector<std::string>& uuids) {
  return thread_.run<std::vector<DmDevice>>("look for devices", [names, uuids](const GaveUp&) { return find_devices(names, uuids); });
}

Result<DmDeviceDetail> KernelDeviceMapper::look(const std::string& name) {
  return thread_.run<DmDeviceDetail>(quoted("look at", name),
                                     [name](const GaveUp&) { return look_at(name); });
}

Status KernelDeviceMapper::create(const std::string& name, const std::string& uuid, const DmTable& table) {
  return thread_.run<void>(quoted("create", name), [name, uuid, table](const GaveUp& gave_up) {
    return create_device(name, uuid, table, gave_up);
  });
}

Status KernelDeviceMapper::remove(const std::string& name) {
  const std::string doing = quoted("remove", name);
  return thread_.run<void>(
      doing, [name, doing](const GaveUp&) { return run_simple(DM_DEVICE_REMOVE, name, doing); });
}

Status KernelDeviceMapper::suspend(const std::string& name) {
  const std::string doing = quoted("suspend", name);
  return thread_.run<void>(
      doing, [name, doing](const GaveUp&) { return run_simple(DM_DEVICE_SUSPEND, name, doing); });
}

Status KernelDeviceMapper::resume(const std::string& name) {
  const std::string doing = quoted("resume", name);
  return thread_.run<void>(
      doing, [name, doing](const GaveUp&) { return run_simple(DM_DEVICE_RESUME, name, doing); });
}

std::string KernelDeviceMapper::node_of(const DmDevice& device) const {
  return is_block_device(mapper_node(device), device.device) ? mapper_node(device) : plain_node(device);
}

}  // namespace cowherd
