// SPDX-License-Identifier: Apache-2.0
#include "resources/store/saved_memory.h"

#include <array>

#include "resources/files/json.h"
#include "resources/store/field_reader.h"

namespace cowherd {

namespace {

constexpr std::int64_t kFormatVersion = 1;

Value to_value(const MachineBuild& build) {
  Value value = Value::map();
  value.set("vmm", build.vmm);
  value.set("layout", build.layout);
  value.set("cpu", build.cpu);
  value.set("accelerator", build.accelerator);
  value.set("firmware", build.firmware);
  return value;
}

Result<MachineBuild> parse_build(const Value& value) {
  FieldReader fields(value);
  MachineBuild build;
  build.vmm = fields.text("vmm");
  build.layout = fields.text("layout");
  build.cpu = fields.text("cpu");
  build.accelerator = fields.text("accelerator");
  build.firmware = fields.text("firmware");
  COWHERD_TRY(fields.done());
  return build;
}

Result<NetworkMode> parse_network(const std::string& text) {
  if (text == "None") return NetworkMode::None;
  if (text == "User") return NetworkMode::User;
  return fail(ErrorKind::Corrupt, "'" + text + "' is no network mode");
}

}  // namespace

Value to_value(const SavedMemory& saved) {
  Value value = Value::map();
  value.set("build", saved.build);
  value.set("machine", to_value(saved.machine));
  value.set("vcpus", saved.vcpus);
  value.set("memory", static_cast<std::int64_t>(saved.memory.value));
  value.set("network", saved.network == NetworkMode::User ? "User" : "None");
  value.set("configDigest", saved.config_digest);
  return value;
}

Result<SavedMemory> parse_saved_memory(const Value& value) {
  FieldReader fields(value);
  SavedMemory saved;
  saved.build = fields.text("build");
  saved.machine = fields.take("machine", parse_build(fields.member("machine")));
  saved.vcpus = fields.integer("vcpus");
  saved.memory = fields.bytes("memory");
  saved.network = fields.take("network", parse_network(fields.text("network")));
  saved.config_digest = fields.text("configDigest");
  COWHERD_TRY(fields.done());
  return saved;
}

std::string difference(const MachineBuild& kept, const MachineBuild& here) {
  struct Aspect {
    const char* name;
    const std::string& kept;
    const std::string& here;
  };
  const std::array<Aspect, 5> aspects{{{"the VMM", kept.vmm, here.vmm},
                                       {"the arrangement of devices", kept.layout, here.layout},
                                       {"the CPU", kept.cpu, here.cpu},
                                       {"the accelerator", kept.accelerator, here.accelerator},
                                       {"the firmware", kept.firmware, here.firmware}}};
  std::string text;
  for (const Aspect& aspect : aspects) {
    if (aspect.kept == aspect.here) continue;
    text += (text.empty() ? "" : ", ") + std::string(aspect.name) + " was " + aspect.kept + " and is " + aspect.here;
  }
  return text;
}

std::string print_pause(const PauseIdentity& pause) {
  Value file = Value::map();
  file.set("formatVersion", kFormatVersion);
  file.set("kind", "Pause");
  file.set("uid", pause.uid.str());
  file.set("saved", to_value(pause.saved));
  file.set("at", print_moment(pause.at));
  file.set("origin", pause.origin);
  return print_json(file, JsonStyle::Pretty);
}

Result<PauseIdentity> parse_pause(std::string_view text) {
  Result<Value> value = parse_json(text);
  if (!value) return fail(ErrorKind::Corrupt, value.error().message);
  if (const auto version = integer_at(*value, "formatVersion"); version && *version != kFormatVersion) {
    return fail(ErrorKind::Corrupt, "formatVersion is " + std::to_string(*version) + ", this version reads 1",
                "a newer cowherd wrote the file: use that version");
  }
  FieldReader fields(*value);
  fields.integer("formatVersion");
  if (fields.text("kind") != "Pause") fields.wrong("kind", "it is not Pause");
  PauseIdentity pause;
  pause.uid = fields.made<Uid>("uid");
  pause.saved = fields.take("saved", parse_saved_memory(fields.member("saved")));
  pause.at = fields.moment("at");
  pause.origin = fields.text("origin");
  COWHERD_TRY(fields.done());
  return pause;
}

}  // namespace cowherd
