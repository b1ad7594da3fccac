// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/systemd_scope.h"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <memory>

#include "resources/files/system_calls.h"

namespace cowherd {
namespace {

constexpr const char* kSystemd = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kPrivateSocket = "unix:path=/run/systemd/private";
constexpr std::uint64_t kCallMicroseconds = 5'000'000;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, Unref>;
using Message = std::unique_ptr<sd_bus_message, Unref>;

struct BusError {
  sd_bus_error value{};
  BusError() = default;
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  ~BusError() { sd_bus_error_free(&value); }
};

// What systemd offers root also where no message bus runs.
Result<Bus> open_private() {
  sd_bus* made = nullptr;
  int failed = sd_bus_new(&made);
  Bus bus(made);
  if (failed >= 0) failed = sd_bus_set_address(bus.get(), kPrivateSocket);
  if (failed >= 0) failed = sd_bus_start(bus.get());
  if (failed < 0) return fail(errno_error(-failed, "connect to systemd"));
  return bus;
}

Result<Bus> open_bus() {
  sd_bus* opened = nullptr;
  Result<Bus> bus = sd_bus_open_system(&opened) >= 0 ? Result<Bus>(Bus(opened)) : open_private();
  if (bus) sd_bus_set_method_call_timeout(bus->get(), kCallMicroseconds);
  return bus;
}

Result<Message> new_call(const Bus& bus, const char* method) {
  sd_bus_message* made = nullptr;
  const int failed = sd_bus_message_new_method_call(bus.get(), &made, kSystemd, kManagerPath, kManager, method);
  if (failed < 0) return fail(errno_error(-failed, "make a call to systemd"));
  return Message(made);
}

Status send(const Bus& bus, const Message& call, const std::string& doing, const char* name_of_success) {
  BusError error;
  const int failed = sd_bus_call(bus.get(), call.get(), 0, &error.value, nullptr);
  if (failed >= 0 || sd_bus_error_has_name(&error.value, name_of_success) != 0) return {};
  const bool exists = sd_bus_error_has_name(&error.value, "org.freedesktop.systemd1.UnitExists") != 0;
  const std::string why = error.value.message != nullptr ? error.value.message : errno_error(-failed, "call").message;
  return fail(exists ? ErrorKind::Busy : ErrorKind::Failed, doing + ": systemd says: " + why);
}

// Stopped after the daemon when the host shuts down: else it would start again what systemd ends.
int append_properties(sd_bus_message* call, const ScopePlan& plan) {
  const auto processors = static_cast<std::uint64_t>(plan.bounds.processors);
  int failed = sd_bus_message_append(call, "(sv)(sv)(sv)(sv)", "Description", "s", plan.description.c_str(), "Slice", "s",
                                     plan.slice.c_str(), "CollectMode", "s", "inactive-or-failed", "Before", "as", 1,
                                     "cowherd.service");
  if (failed < 0) return failed;
  failed = sd_bus_message_append(call, "(sv)(sv)(sv)", "CPUQuotaPerSecUSec", "t", processors * kMicrosecondsPerSecond,
                                 "MemoryMax", "t", plan.bounds.memory.value, "TasksMax", "t",
                                 static_cast<std::uint64_t>(plan.bounds.tasks));
  if (failed < 0) return failed;
  return sd_bus_message_append(call, "(sv)", "PIDs", "au", 1, static_cast<std::uint32_t>(plan.pid));
}

int append_scope(sd_bus_message* call, const ScopePlan& plan) {
  int failed = sd_bus_message_append(call, "ss", plan.unit.c_str(), "fail");
  if (failed >= 0) failed = sd_bus_message_open_container(call, 'a', "(sv)");
  if (failed >= 0) failed = append_properties(call, plan);
  if (failed >= 0) failed = sd_bus_message_close_container(call);
  return failed < 0 ? failed : sd_bus_message_append(call, "a(sa(sv))", 0);
}

}  // namespace

Status start_scope(const ScopePlan& plan) {
  COWHERD_ASSIGN(const Bus bus, open_bus());
  COWHERD_ASSIGN(const Message call, new_call(bus, "StartTransientUnit"));
  const int failed = append_scope(call.get(), plan);
  if (failed < 0) return fail(errno_error(-failed, "describe scope '" + plan.unit + "'"));
  return send(bus, call, "start scope '" + plan.unit + "'", "");
}

Status stop_unit(const std::string& unit) {
  COWHERD_ASSIGN(const Bus bus, open_bus());
  COWHERD_ASSIGN(const Message call, new_call(bus, "StopUnit"));
  const int failed = sd_bus_message_append(call.get(), "ss", unit.c_str(), "replace");
  if (failed < 0) return fail(errno_error(-failed, "name unit '" + unit + "'"));
  return send(bus, call, "stop unit '" + unit + "'", "org.freedesktop.systemd1.NoSuchUnit");
}

}  // namespace cowherd
