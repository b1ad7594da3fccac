// SPDX-License-Identifier: Apache-2.0
// Snapshots and what begins as one: captured in every state, removed, cloned, made a template of.
#include "tests/builders/store_builder.h"
#include "tests/convergence/scenario_parts.h"

namespace cowherd::testing {

namespace {

SnapshotBuilder of_web(const std::string& name) { return a_snapshot(name).of("web"); }

// Two guests that ran and wrote, of which one was captured whole.
void capture_one(ModelWorld& world) {
  declare_two(world);
  settle_now(world);
  for (const std::string name : {"web", "worker"}) {
    write_guest_data(world, name);
    write_guest_memory(world, name);
  }
  world.source.declare(of_web("s1").full().declared());
  settle_now(world);
}

// Snapshot directories of other software: a flat disk, and a store over an image outside the state directory.
void put_seeds(ModelWorld& world) {
  world.files.put("/state/snapshots/flat/rootfs.ext4", std::string(8192, 'f'));
  world.files.put("/state/snapshots/stored/rootfs.cow", StoreBuilder().fill(1, 'X').bytes());
  world.files.put("/state/snapshots/stored/rootfs.meta", "{\"base_template\": \"/srv/other.ext4\"}");
}

// The disk of web is not like its base even before its guest writes: a template made of it shares nothing with base.
void declare_two_unlike(ModelWorld& world) {
  declare_two(world);
  world.source.declare(a_sandbox("web").disk_size(1_MiB).declared());
}

// The disk of a guest that ran, kept also when nothing declares it.
void keep_disk(ModelWorld& world) {
  declare_two_unlike(world);
  settle_now(world);
  world.source.declare(of_web("kept").retain().declared());
  settle_now(world);
}

void add_template_scenarios(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  const auto declare_warm = [](const std::string& snapshot) {
    return [snapshot](ModelWorld& world) {
      world.source.declare(a_template("warm").snapshot(snapshot).declared());
      world.source.declare(a_sandbox("third").from("warm").declared());
    };
  };
  const auto begin = [](ModelWorld& world) {
    put_seeds(world);
    declare_two(world);
  };
  add("template-from-seed", begin, declare_warm("flat"), both);
  add("template-from-seed-store", begin, declare_warm("stored"), both);
  add("template-from-snapshot", keep_disk, declare_warm("kept"), both);
  add("template-from-snapshot-that-is-not-there-yet", declare_two_unlike,
      [declare_warm](ModelWorld& world) {
        declare_warm("s1")(world);
        world.source.declare(of_web("s1").declared());
      },
      both);
  add("template-from-seed-that-went",
      [begin, declare_warm](ModelWorld& world) {
        begin(world);
        declare_warm("flat")(world);
      },
      [](ModelWorld& world) { world.files.erase("/state/snapshots/flat"); }, {"web", "worker", "third"});
  add("template-from-snapshot-that-went",
      [declare_warm](ModelWorld& world) {
        keep_disk(world);
        world.source.declare(of_web("kept").declared());
        declare_warm("kept")(world);
      },
      [](ModelWorld& world) { world.source.withdraw({Kind::Snapshot, a_name("kept")}); }, {"web", "worker", "third"});
  add("template-removed-under-a-snapshot", keep_disk,
      [](ModelWorld& world) {
        world.source.withdraw(sandbox("web"));
        world.source.withdraw(sandbox("worker"));
        world.source.withdraw({Kind::Template, a_name("base")});
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
      },
      {});
}

}  // namespace

void add_snapshot_scenarios(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  const auto declare_snapshot = [](const SnapshotBuilder& snapshot) {
    return [snapshot](ModelWorld& world) { world.source.declare(snapshot.declared()); };
  };
  const auto declare_clone = [](const SandboxBuilder& clone) {
    return [clone](ModelWorld& world) { world.source.declare(clone.declared()); };
  };
  const Clone whole{"clone", "web", true};
  add("captured-disk", declare_two, declare_snapshot(of_web("s1")), both, both, {});
  add("captured-full", declare_two, declare_snapshot(of_web("s1").full()), both, both, {});
  const auto with_agents = [](ModelWorld& world) {
    world.machines.set_agent(true);
    declare_two(world);
  };
  add("captured-quiesced", with_agents, declare_snapshot(of_web("s1").quiesced()), both, both, {});
  add("captured-quiesced-and-withdrawn", with_agents,
      [](ModelWorld& world) {
        world.source.declare(of_web("s1").quiesced().declared());
        world.clock.advance(std::chrono::seconds{1});
        world.pass();
        world.source.withdraw({Kind::Snapshot, a_name("s1")});
      },
      both, both, {});
  add("captured-quiesced-full", with_agents, declare_snapshot(of_web("s1").full().quiesced()), both, both, {});
  add("captured-quiesced-without-an-agent", declare_two, declare_snapshot(of_web("s1").quiesced()), both, both, {});
  add("cloned-quiesced",
      [with_agents](ModelWorld& world) {
        with_agents(world);
        settle_now(world);
        for (const std::string name : {"web", "worker"}) {
          write_guest_data(world, name);
          write_guest_memory(world, name);
        }
        world.source.declare(of_web("s1").full().quiesced().declared());
        settle_now(world);
      },
      declare_clone(a_sandbox("clone").restore("s1")), both, both, {}, {whole});
  add("captured-while-paused", pause_one, declare_snapshot(of_web("s1").full()), both, both, {});
  add("captured-after-a-resume", resume_one, declare_snapshot(of_web("s1").full()), both, both, {});
  add("captured-while-stopped",
      [](ModelWorld& world) {
        declare_two(world);
        world.source.declare(a_sandbox("web").stopped().declared());
      },
      declare_snapshot(of_web("s1").full()), both, {"worker"}, {});
  add("captured-then-its-sandbox-removed", declare_two,
      [](ModelWorld& world) {
        world.source.declare(of_web("s1").full().declared());
        world.source.withdraw(sandbox("web"));
      },
      {"worker"}, {"worker"}, {});
  add("snapshot-removed", capture_one,
      [](ModelWorld& world) { world.source.withdraw({Kind::Snapshot, a_name("s1")}); }, both, both, {});
  add("snapshot-retained",
      [](ModelWorld& world) {
        capture_one(world);
        world.source.declare(of_web("s1").full().retain().declared());
      },
      [](ModelWorld& world) { world.source.withdraw({Kind::Snapshot, a_name("s1")}); }, both, both, {});
  add("snapshot-expired",
      [](ModelWorld& world) {
        capture_one(world);
        world.source.declare(of_web("s1").full().expire_after(std::chrono::hours{1}).declared());
      },
      [](ModelWorld& world) { world.clock.advance(std::chrono::hours{2}); }, both, both, {});
  add("snapshot-captured-anew", capture_one,
      [](ModelWorld& world) {
        SnapshotBuilder other = a_snapshot("s1").of("worker");
        const std::string approval = "replace@" + spec_hash(Spec{other.spec()}).short8();
        world.source.declare(other.annotate(kApproveAnnotation, approval).declared());
      },
      both, both, {});
  add("cloned", capture_one, declare_clone(a_sandbox("clone").restore("s1")), both, both, {}, {whole});
  add("cloned-twice-and-paused", capture_one,
      [](ModelWorld& world) {
        world.source.declare(a_sandbox("clone").restore("s1").declared());
        world.source.declare(a_sandbox("other").restore("s1").paused().declared());
      },
      both, both, {}, {whole, {"other", "web", true}});
  add("cloned-disk", capture_one, declare_clone(a_sandbox("clone").restore("s1", RestoreMode::Disk)), both, both,
      {}, {{"clone", "web", false}});
  add("cloned-with-more-memory", capture_one, declare_clone(a_sandbox("clone").restore("s1").memory(256_MiB)), both, both,
      {}, {{"clone", "web", false}});
  add("cloned-on-another-vmm",
      [](ModelWorld& world) {
        capture_one(world);
        world.machines.set_build({"QEMU 8.2.0", "fake-1", "max", "tcg", "firmware"});
      },
      declare_clone(a_sandbox("clone").restore("s1")), both, both, {}, {{"clone", "web", false}});
  add("cloned-memory-only-on-another-vmm",
      [](ModelWorld& world) {
        capture_one(world);
        world.machines.set_build({"QEMU 8.2.0", "fake-1", "max", "tcg", "firmware"});
      },
      declare_clone(a_sandbox("clone").restore("s1", RestoreMode::Memory)), {"web", "worker"}, {"web", "worker"});
  add("cloned-then-snapshot-removed",
      [](ModelWorld& world) {
        capture_one(world);
        world.source.declare(a_sandbox("clone").restore("s1").declared());
      },
      [](ModelWorld& world) {
        world.source.withdraw({Kind::Snapshot, a_name("s1")});
        world.source.withdraw(sandbox("web"));
      },
      {"worker"}, {"worker"}, {}, {whole});
  add_template_scenarios(add);
}

}  // namespace cowherd::testing
