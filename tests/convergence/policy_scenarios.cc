// SPDX-License-Identifier: Apache-2.0
// What policies do by themselves: snapshots on a schedule, and before a sandbox leaves; what is held back, and what comes
// back from trash.
#include "resources/files/publish.h"
#include "resources/store/approvals.h"
#include "tests/convergence/scenario_parts.h"

namespace cowherd::testing {

namespace {

using std::chrono::hours;

SandboxBuilder scheduled_web(SnapshotMode mode = SnapshotMode::Disk) {
  return a_sandbox("web").label("team", "ml").snapshots_every(hours{2}, mode);
}

std::function<void(ModelWorld&)> declare_scheduled(const SandboxBuilder& web) {
  return [web](ModelWorld& world) {
    declare_two(world);
    world.source.declare(web.declared());
  };
}

void let_hours_pass(ModelWorld& world) { world.clock.advance(hours{5}); }

void add_schedule_scenarios(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  add("scheduled", declare_scheduled(scheduled_web()), let_hours_pass, both, both);
  add("scheduled-full", declare_scheduled(scheduled_web(SnapshotMode::Full)), let_hours_pass, both, both);
  add("scheduled-while-stopped", declare_scheduled(scheduled_web().stopped()), let_hours_pass, both, {"worker"});
  add("scheduled-full-while-paused",
      [](ModelWorld& world) {
        declare_scheduled(scheduled_web(SnapshotMode::Full))(world);
        settle_now(world);
        write_guest_memory(world, "web");
        world.source.declare(scheduled_web(SnapshotMode::Full).paused().declared());
      },
      let_hours_pass, both, both);
  add("scheduled-twice-while-stopped",
      [](ModelWorld& world) {
        declare_scheduled(scheduled_web().stopped())(world);
        settle_now(world);
        let_hours_pass(world);
        settle_now(world);
      },
      let_hours_pass, {"worker"}, {"worker"});
}

// web is to leave its disk behind when it goes.
void declare_last(ModelWorld& world) {
  declare_two(world);
  world.source.declare(a_sandbox("web").final_snapshot().declared());
}

void add_last_snapshot_scenarios(const AddScenario& add) {
  const auto withdraw_web = [](ModelWorld& world) { world.source.withdraw(sandbox("web")); };
  const auto use_other = [](SandboxBuilder web) {
    return [web](ModelWorld& world) {
      world.source.declare(a_template("other").image("/srv/other.ext4").declared());
      world.source.declare(SandboxBuilder(web).from("other").declared());
    };
  };
  add("removed-after-a-snapshot", declare_last, withdraw_web, {"worker"}, {"worker"});
  add("removed-after-a-snapshot-while-paused",
      [](ModelWorld& world) {
        declare_last(world);
        settle_now(world);
        world.source.declare(a_sandbox("web").final_snapshot().paused().declared());
      },
      withdraw_web, {"worker"}, {"worker"});
  add("removed-with-its-template-after-a-snapshot", declare_last,
      [](ModelWorld& world) {
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
        world.source.declare(a_sandbox("third").from("other").declared());
        for (const std::string name : {"web", "worker"}) world.source.withdraw(sandbox(name));
        world.source.withdraw({Kind::Template, a_name("base")});
      },
      {});
  add("removed-after-a-snapshot-then-declared-again", declare_last,
      [](ModelWorld& world) {
        world.source.withdraw(sandbox("web"));
        if (!world.settle()) throw std::runtime_error("did not settle");
        declare_last(world);
      },
      {"worker"}, {"worker"});
  add("recreated-after-a-snapshot", declare_two, use_other(a_sandbox("web").recreate()), {"worker"}, {"worker"});
  add("recreated-without-a-snapshot", declare_two, use_other(a_sandbox("web").recreate().without_snapshot()), {"worker"},
      {"worker"});
}

void add_safeguard_scenarios(const AddScenario& add) {
  const std::vector<std::string> both{"web", "worker"};
  const auto annotated = [](std::string_view key, const std::string& value) {
    return [key, value](ModelWorld& world) {
      world.source.declare(a_template("base").annotate(key, value).declared());
      for (const std::string name : {"web", "worker"}) world.source.declare(a_sandbox(name).annotate(key, value).declared());
      world.source.declare(a_snapshot("s1").of("web").annotate(key, value).declared());
    };
  };
  const auto withdraw_all = [](ModelWorld& world) {
    world.source.declare(a_template("other").image("/srv/other.ext4").declared());
    world.source.declare(a_sandbox("third").from("other").declared());
    for (const std::string name : {"web", "worker"}) world.source.withdraw(sandbox(name));
    world.source.withdraw({Kind::Snapshot, a_name("s1")});
    world.source.withdraw({Kind::Template, a_name("base")});
  };
  add("protected-and-withdrawn", annotated(kProtectAnnotation, "true"), withdraw_all, both, both);
  add("not-pruned-and-withdrawn", annotated(kPruneAnnotation, "disabled"), withdraw_all, both, both);
  add("protected-no-more-and-recreated", annotated(kProtectAnnotation, "true"),
      [](ModelWorld& world) {
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
        world.source.declare(a_sandbox("web").from("other").recreate().declared());
      },
      {"worker"}, {"worker"});
}

// As `cowherd undelete` asks for it.
void ask_for(ModelWorld& world, const std::string& kind_and_name) {
  for (const auto& [path, content] : world.files.peek_tree(world.layout.trash())) {
    const std::string entry = name_of(path.substr(0, path.size() - 1));
    if (!entry.starts_with(kind_and_name + "-") || parse_trash_name(entry) == std::nullopt) continue;
    if (!approve(world.files, world.layout, undelete_approval(entry))) throw std::runtime_error("cannot ask for " + entry);
  }
}

// Records that nobody can read any more, and that somebody gave up.
void add_unreadable_scenarios(const AddScenario& add) {
  const auto damage = [](ModelWorld& world, const std::string& directory, const std::string& file, const ObjectName& object) {
    world.faults.disarm();
    world.files.put(directory + "/" + file, "{\"apiVersion\"");
    if (!approve(world.files, world.layout, named_approval(object))) throw std::runtime_error("cannot approve");
  };
  const auto begin = [](ModelWorld& world) {
    declare_two(world);
    world.source.declare(a_snapshot("s1").of("worker").declared());
    settle_now(world);
  };
  const auto lose_web = [damage](ModelWorld& world) {
    const Uid uid = world.identity("web")->uid;
    damage(world, world.layout.sandbox_dir(uid), kSandboxFile, sandbox(uid.short12()));
  };
  add("unreadable-sandbox-let-go", begin,
      [lose_web](ModelWorld& world) {
        lose_web(world);
        world.source.withdraw(sandbox("web"));
      },
      {"worker"}, {"worker"});
  add("unreadable-sandbox-made-anew", begin, lose_web, {"worker"}, {"worker"});
  add("unreadable-snapshot-let-go", begin,
      [damage](ModelWorld& world) {
        const ObjectName s1{Kind::Snapshot, a_name("s1")};
        world.source.withdraw(s1);
        damage(world, world.layout.snapshot_dir("s1"), kSnapshotFile, s1);
      },
      {"web", "worker"}, {"web", "worker"});
}

void add_undelete_scenarios(const AddScenario& add) {
  const auto remove_web = [](ModelWorld& world) {
    declare_two(world);
    world.source.declare(a_snapshot("s1").of("web").full().declared());
    settle_now(world);
    write_guest_data(world, "web");
    world.source.withdraw(sandbox("web"));
    world.source.withdraw({Kind::Snapshot, a_name("s1")});
    settle_now(world);
  };
  const auto remove_all = [remove_web](ModelWorld& world) {
    remove_web(world);
    world.source.declare(a_template("other").image("/srv/other.ext4").declared());
    world.source.withdraw(sandbox("worker"));
    world.source.withdraw({Kind::Template, a_name("base")});
    settle_now(world);
  };
  const auto undelete = [](const std::vector<std::string>& all) {
    return [all](ModelWorld& world) {
      for (const std::string& one : all) ask_for(world, one);
    };
  };
  add("undeleted", remove_web, undelete({"sandbox-web", "snapshot-s1"}), {"worker"}, {"worker"});
  add("undeleted-with-their-base", remove_all, undelete({"sandbox-web", "snapshot-s1"}), {});
  add("undeleted-template", remove_all, undelete({"revision-base"}), {});
  add("undeleted-and-declared-again", remove_web,
      [](ModelWorld& world) {
        ask_for(world, "sandbox-web");
        if (!world.settle()) throw std::runtime_error("did not settle");
        world.source.declare(a_sandbox("web").declared());
      },
      {"worker"}, {"worker"});
}

}  // namespace

void add_policy_scenarios(const AddScenario& add) {
  add_schedule_scenarios(add);
  add_last_snapshot_scenarios(add);
  add_safeguard_scenarios(add);
  add_undelete_scenarios(add);
  add_unreadable_scenarios(add);
}

}  // namespace cowherd::testing
