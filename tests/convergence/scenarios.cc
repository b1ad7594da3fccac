// SPDX-License-Identifier: Apache-2.0
#include "tests/convergence/scenario_parts.h"

#include "reconciler/actions/compact_memory.h"

namespace cowherd::testing {

namespace {

constexpr const char* kGuestData = "guest data of ";
constexpr const char* kRefusedWrite = "refused at first: ";

void nothing(ModelWorld&) {}

// A person's hand, not a host call of the daemon.
void approve_now(ModelWorld& world, const Approval& approval) {
  world.faults.disarm();
  if (!approve(world.files, world.layout, approval)) throw std::runtime_error("cannot approve " + approval.object);
}

void approve_deletion(ModelWorld& world, const std::string& name) {
  const SandboxIdentity identity = world.identity(name).value();
  approve_now(world, {"delete", "Sandbox/" + name, identity.uid.str(), identity.spec_hash.short8()});
}

void add_memory_scenarios(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  const auto declare_web = [](const SandboxBuilder& web) {
    return [web](ModelWorld& world) { world.source.declare(web.declared()); };
  };
  add("paused", declare_two, declare_web(a_sandbox("web").paused()), both, both);
  add("resumed", pause_one, declare_web(a_sandbox("web")), both, both);
  add("paused-again", resume_one, declare_web(a_sandbox("web").paused()), both, both);
  add("paused-to-stopped", pause_one, declare_web(a_sandbox("web").stopped()), both);
  add("paused-then-removed", pause_one, [](ModelWorld& world) { world.source.withdraw(sandbox("web")); }, {"worker"},
      {"worker"});
  add("resumed-with-more-memory", pause_one, declare_web(a_sandbox("web").memory(256_MiB)), both);
  add("resumed-on-another-vmm", pause_one,
      [](ModelWorld& world) {
        world.machines.set_build({"QEMU 8.2.0", "fake-1", "max", "tcg", "firmware"});
        world.source.declare(a_sandbox("web").declared());
      },
      both);
  add("resumed-and-crashed", resume_one,
      [](ModelWorld& world) { world.machines.guest_crashes(world.identity("web")->uid); }, both);
  add("paused-many-times",
      [](ModelWorld& world) {
        resume_one(world);
        for (std::size_t i = 0; i < kMostMemoryFiles; ++i) {
          world.source.declare(a_sandbox("web").paused().declared());
          settle_now(world);
          if (i + 1 == kMostMemoryFiles) return;
          world.source.declare(a_sandbox("web").declared());
          settle_now(world);
          world.machines.write_memory(world.identity("web")->uid, 3, "for the time " + std::to_string(i));
        }
      },
      declare_web(a_sandbox("web")), both, both);
}

// A guest writes what its disk cannot take, and is seen to stand still.
void write_in_vain(ModelWorld& world, const std::string& name) {
  world.machines.write_disk(world.identity(name)->uid, kRefusedWrite + name);
  if (!world.machines.is_frozen(world.identity(name)->uid)) throw std::runtime_error("there was room for " + name);
}

SandboxBuilder a_limited_sandbox(const std::string& name) {
  return a_sandbox(name).disk_size(4_MiB).cow_limit(1_MiB);
}

void reach_limit(ModelWorld& world, const std::string& name) {
  const std::size_t written = world.files.content_of(world.store_path(name))->bytes.size();
  world.machines.write_disk(world.identity(name)->uid, std::string((1_MiB).value - written, 'w'));
  write_in_vain(world, name);
}

void declare_limited(ModelWorld& world) {
  declare_base(world);
  world.source.declare(a_limited_sandbox("web").declared());
  world.source.declare(a_sandbox("worker").declared());
}

void add_full_store_scenarios(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  const auto raise = [](ModelWorld& world) {
    world.source.declare(a_limited_sandbox("web").cow_limit(2_MiB).declared());
  };
  add("limit-raised-in-time", declare_limited, raise, both, both);
  add("limit-reached", declare_limited,
      [raise](ModelWorld& world) {
        reach_limit(world, "web");
        settle_now(world);
        raise(world);
      },
      both, both, {"web"});
  add("limit-reached-and-raised-unseen", declare_limited,
      [raise](ModelWorld& world) {
        reach_limit(world, "web");
        raise(world);
      },
      both, both, {"web"});
  add("limit-reached-and-paused", declare_limited,
      [raise](ModelWorld& world) {
        reach_limit(world, "web");
        world.source.declare(a_limited_sandbox("web").paused().declared());
        settle_now(world);
        raise(world);
      },
      both, both, {"web"});
}

// The file system under the stores is full, and has room again.
void add_full_host_scenario(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  const auto wide = [](const std::string& name) { return a_sandbox(name).disk_size(1_MiB).declared(); };
  add("host-full",
      [wide](ModelWorld& world) {
        declare_base(world);
        for (const std::string name : {"web", "worker"}) world.source.declare(wide(name));
      },
      [](ModelWorld& world) {
        world.files.set_full();
        write_in_vain(world, "web");
        settle_now(world);
        world.files.set_capacity(1024_GiB);
      },
      both, both, {"web"});
}

std::vector<Scenario> scenarios_of(DiskDriverKind driver, const std::string& suffix) {
  std::vector<Scenario> all;
  const AddScenario add{all, driver, suffix};
  add("first-declared", nothing, declare_two, {});
  add("one-more", [](ModelWorld& world) { declare_two(world); },
      [](ModelWorld& world) { world.source.declare(a_sandbox("third").declared()); }, {"web", "worker"});
  add("memory-edited", declare_two,
      [](ModelWorld& world) { world.source.declare(a_sandbox("web").memory(256_MiB).declared()); }, {"web", "worker"});
  add("disk-grows", declare_two,
      [](ModelWorld& world) { world.source.declare(a_sandbox("web").disk_size(1_MiB).declared()); },
      {"web", "worker"});
  add("stopped", declare_two,
      [](ModelWorld& world) { world.source.declare(a_sandbox("web").stopped().declared()); }, {"web", "worker"});
  add("removed", declare_two, [](ModelWorld& world) { world.source.withdraw(sandbox("web")); }, {"worker"});
  add("retained",
      [](ModelWorld& world) {
        declare_two(world);
        world.source.declare(a_sandbox("web").retain().declared());
      },
      [](ModelWorld& world) { world.source.withdraw(sandbox("web")); }, {"web", "worker"});
  add("replaced", declare_two,
      [](ModelWorld& world) {
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
        world.source.declare(a_sandbox("web").from("other").recreate().declared());
      },
      {"worker"});
  add("vm-crashed", declare_two,
      [](ModelWorld& world) { world.machines.guest_crashes(world.identity("web")->uid); }, {"web", "worker"});
  add("expired-and-discarded",
      [](ModelWorld& world) {
        declare_two(world);
        world.source.declare(
            a_sandbox("web").ttl(std::chrono::hours{1}).on_expire(OnExpire::Delete).declared());
      },
      [](ModelWorld& world) { world.clock.advance(std::chrono::hours{2}); }, {"worker"});
  add("template-edited", declare_two,
      [](ModelWorld& world) { world.source.declare(a_template("base").arg("quiet").declared()); }, {"web", "worker"});
  add("everything-of-a-template-removed", declare_two,
      [](ModelWorld& world) {
        world.source.withdraw(sandbox("web"));
        world.source.withdraw(sandbox("worker"));
        world.source.withdraw({Kind::Template, a_name("base")});
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
      },
      {});
  add("template-retained",
      [](ModelWorld& world) {
        declare_two(world);
        world.source.declare(a_template("base").retain().declared());
      },
      [](ModelWorld& world) {
        world.source.withdraw(sandbox("web"));
        world.source.withdraw({Kind::Template, a_name("base")});
        world.source.withdraw(sandbox("worker"));
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
      },
      {});
  add("template-policy-edited", declare_two,
      [](ModelWorld& world) { world.source.declare(a_template("base").retain().declared()); }, {"web", "worker"});
  add("all-removed-and-approved", declare_two,
      [](ModelWorld& world) {
        for (const std::string name : {"web", "worker"}) approve_deletion(world, name);
        approve_now(world, {"delete", "Template/base", "", ""});
        world.source.withdraw_all();
      },
      {});
  add("replaced-after-a-crash", declare_two,
      [](ModelWorld& world) {
        world.machines.guest_crashes(world.identity("web")->uid);
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
        world.source.declare(a_sandbox("web").from("other").recreate().declared());
      },
      {"worker"});
  add("trash-is-old",
      [](ModelWorld& world) {
        declare_two(world);
        world.start_daemon();
        if (!world.settle()) throw std::runtime_error("did not settle");
        world.source.withdraw(sandbox("web"));
      },
      [](ModelWorld& world) { world.clock.advance(std::chrono::hours{25}); }, {"worker"});
  add_memory_scenarios(add);
  add_snapshot_scenarios(add);
  add_retention_scenarios(add);
  add_policy_scenarios(add);
  add_suspend_scenarios(add);
  add_full_host_scenario(add);
  if (driver == DiskDriverKind::DmSnapshot) add_full_store_scenarios(add);
  return all;
}

}  // namespace

void write_guest_data(ModelWorld& world, const std::string& sandbox) {
  const std::string path = world.store_path(sandbox);
  auto content = world.files.content_of(path);
  if (!content) throw std::runtime_error("no store of " + sandbox);
  content->bytes.resize(std::max<std::size_t>(content->bytes.size(), 16384), '\0');
  content->bytes.replace(12288, std::string(kGuestData + sandbox).size(), kGuestData + sandbox);
  if (!world.files.set_content(path, *content)) throw std::runtime_error("cannot write guest data");
  world.faults.disarm();
  if (!world.files.sync(path)) throw std::runtime_error("cannot sync guest data");
}

bool guest_data_is_there(ModelWorld& world, const std::string& sandbox) {
  const auto content = world.files.content_of(world.store_path(sandbox));
  return content && content->bytes.find(kGuestData + sandbox) == 12288;
}

bool clone_is_as_captured(ModelWorld& world, const Clone& clone) {
  const auto content = world.files.content_of(world.store_path(clone.name));
  if (!content || content->bytes.find(kGuestData + clone.of) != 12288) return false;
  if (!clone.memory) return true;
  const auto identity = world.identity(clone.name);
  if (world.is_kept(clone.name)) {
    const auto image = world.files.content_of(world.layout.memory_dir(identity->uid) + "/" + kFlatFile);
    return image && image->bytes.find(kGuestData + clone.of) == 2 * kPage.value;
  }
  return world.vm_runs(clone.name) && world.machines.memory_at(identity->uid, 2) == kGuestData + clone.of;
}

bool refused_write_is_there(ModelWorld& world, const std::string& sandbox) {
  const auto content = world.files.content_of(world.store_path(sandbox));
  return content && content->bytes.find(kRefusedWrite + sandbox) != std::string::npos;
}

void write_guest_memory(ModelWorld& world, const std::string& sandbox) {
  world.machines.write_memory(world.identity(sandbox).value().uid, 2, kGuestData + sandbox);
}

bool guest_memory_is_there(ModelWorld& world, const std::string& sandbox) {
  if (world.is_kept(sandbox)) {
    world.source.declare(a_sandbox(sandbox).declared());
    if (!world.settle()) return false;
  }
  return world.vm_runs(sandbox) && world.machines.memory_at(world.identity(sandbox)->uid, 2) == kGuestData + sandbox;
}

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all = scenarios_of(DiskDriverKind::DmSnapshot, "");
  for (Scenario& scenario : scenarios_of(DiskDriverKind::Qcow2, "-qcow2")) all.push_back(std::move(scenario));
  return all;
}

}  // namespace cowherd::testing
