// SPDX-License-Identifier: Apache-2.0
// cowherd doctor: what this host offers, and what to do about the rest. Ends with 1 when something essential is missing.
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/doctor_checks.h"
#include "reconciler/commands/doctor_sources.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/session.h"
#include "reconciler/commands/settings.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watching.h"
#include "resources/block/kernel/kernel_device_mapper.h"
#include "resources/block/kernel/kernel_loop_devices.h"
#include "resources/files/json.h"
#include "resources/files/linux_file_system.h"

namespace cowherd {

namespace {

using Checks = std::vector<Check>;

std::string kernel_release() {
  struct utsname name {};
  return ::uname(&name) == 0 ? name.release : "";
}

Bytes host_memory() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? Bytes{info.totalram * info.mem_unit} : Bytes{};
}

// Tells the accelerator that machines get.
std::string check_host(const Config& config, FileSystem& files, Checks& checks) {
  KernelDeviceMapper device_mapper;
  KernelLoopDevices loops;
  checks.push_back(check_kernel(kernel_release()));
  const Check dm = check_device_mapper(device_mapper, config.disk_driver);
  checks.push_back(dm);
  checks.push_back(check_loop_devices(loops, config.disk_driver));
  checks.push_back(check_qemu(config));
  checks.push_back(check_qemu_img(config, config.disk_driver, dm.health));
  const Check kvm = check_kvm(config, files);
  checks.push_back(kvm);
  const bool uses_kvm = kvm.health == Health::Ok && config.accel != AccelSetting::Tcg;
  const std::string accelerator = uses_kvm ? "kvm" : "tcg";
  checks.push_back(check_machine_users(config, accelerator, files));
  checks.push_back(check_machine_limits(config, look_at_groups(files)));
  checks.push_back(check_seccomp(files));
  checks.push_back(check_memory(config, host_memory()));
  checks.push_back(check_inotify(files));
  return accelerator;
}

void check_directories(const Options& options, const Config& config, const std::string& accelerator, FileSystem& files,
                       Checks& checks) {
  checks.push_back(check_machine_id(files));
  checks.push_back(check_manifests(options.manifests));
  checks.push_back(check_state_dir(options.state_dir));
  checks.push_back(check_space(options.state_dir, config));
  const Check reflink = check_reflink(options.state_dir);
  checks.push_back(reflink);
  checks.push_back(check_memory_images(config, accelerator, files, reflink.health));
  checks.push_back(check_lock(files, Layout(options.state_dir).lock_file()));
}

Check what_is_left(const Observed& seen) {
  std::vector<std::string> strange = orphans(seen);
  for (const std::string& leftover : seen.store.leftovers) strange.push_back("interrupted work at '" + leftover + "'");
  if (strange.empty()) return {"leftovers", Health::Ok, "none", ""};
  std::string finding = strange.front();
  if (strange.size() > 1) finding += " and " + std::to_string(strange.size() - 1) + " more";
  return {"leftovers", Health::Warn, finding,
          "the daemon removes what interrupted work left; what it does not know it only reports"};
}

// What only a session can tell: whether the state directory is this host's, what new disks are, what lies about, how
// sources stand.
void check_session(const Options& options, const Config& config, Checks& checks) {
  auto opened = Session::open(options, SessionMode::Watching, "doctor");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) {
    checks.push_back({"objects", Health::Fail, failure->message,
                      "nothing can be told about disks and leftovers before this is mended"});
    return;
  }
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Observed seen = observe(session.world().eyes, {});
  if (seen.new_disks.known()) {
    checks.push_back({"new disks", Health::Ok,
                      std::string(to_string(seen.new_disks->kind)) + ": " + seen.new_disks->reason, ""});
  } else {
    checks.push_back({"new disks", Health::Fail,
                      seen.new_disks.unknown() ? to_string(seen.new_disks.why()) : "this host offers no disk driver",
                      "install qemu-utils, or run as root on a kernel with device-mapper"});
  }
  for (const Error& error : seen.store.unreadable) {
    checks.push_back({"contents", Health::Warn, to_string(error), "what cannot be read is left alone"});
  }
  checks.push_back(what_is_left(seen));
  if (config.sources.empty()) return;
  for (Check& check : check_sources(watch(session).declared.sources)) checks.push_back(std::move(check));
}

std::string print_checks(const Checks& checks) {
  std::vector<TextRow> rows;
  for (const Check& check : checks) {
    rows.push_back({std::string(to_string(check.health)), check.name, check.finding});
    if (!check.advice.empty()) rows.push_back({" ", " ", "-> " + check.advice});
  }
  return print_table({"", "CHECK", "FINDING"}, rows);
}

Value to_value(const Checks& checks) {
  Value list = Value::list();
  for (const Check& check : checks) {
    Value value = Value::map();
    value.set("name", check.name);
    value.set("health", std::string(to_string(check.health)));
    value.set("finding", check.finding);
    value.set("advice", check.advice);
    list.add(std::move(value));
  }
  Value report = Value::map();
  report.set("checks", std::move(list));
  return report;
}

}  // namespace

ExitCode doctor_command(const Options& given, OutputFormat output) {
  const auto options = with_defaults(given);
  if (!options) {
    tell(to_string(options.error()));
    return ExitCode::Configuration;
  }
  LinuxFileSystem files;
  Checks checks;
  const auto read = read_config(*options);
  if (!read) {
    checks.push_back({"configuration", Health::Fail, to_string(read.error()), "mend the file; defaults are used below"});
  }
  const Config config = read.value_or(default_config());
  const std::string accelerator = check_host(config, files, checks);
  check_directories(*options, config, accelerator, files, checks);
  for (Check& check : check_source_needs(config.sources)) checks.push_back(std::move(check));
  if (read) check_session(*options, config, checks);
  std::fputs(output == OutputFormat::Json ? print_json(to_value(checks), JsonStyle::Pretty).c_str()
                                          : print_checks(checks).c_str(),
             stdout);
  const bool essential_missing =
      std::any_of(checks.begin(), checks.end(), [](const Check& check) { return check.health == Health::Fail; });
  return essential_missing ? ExitCode::Failure : ExitCode::Done;
}

}  // namespace cowherd
