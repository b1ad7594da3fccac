// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/picture.h"

#include <algorithm>

namespace cowherd {

namespace {

bool asks_for_free_space(const Declaration& declared) {
  return std::any_of(declared.objects.begin(), declared.objects.end(), [](const auto& entry) {
    const auto* policy = std::get_if<RetentionPolicySpec>(&entry.second.object.spec.what);
    return policy != nullptr && policy->min_free_percent.has_value();
  });
}

}  // namespace

Picture take_picture(const World& world, const std::set<std::string>& in_flight) {
  Picture picture;
  picture.now = world.eyes.clock.now();
  picture.in_flight = in_flight;
  Stopwatch watch;
  picture.declared = world.source.load(picture.now);
  picture.took.load = watch.lap();
  picture.seen = observe(world.eyes, interesting_paths(picture.declared));
  if (asks_for_free_space(picture.declared)) picture.seen.trash_allocated = measure_trash(world.eyes);
  picture.took.look = watch.lap();
  auto memory = world.catalog.recall();
  if (memory) picture.memory = *std::move(memory);
  const bool is_remembered = memory || memory.error().kind == ErrorKind::NotFound;  // nothing was written yet
  const Fact<Captures> captures = is_remembered ? Fact(picture.memory.captures) : Fact<Captures>(memory.error());
  picture.wanted = expand({picture.declared, picture.seen.store, picture.seen.host_files, picture.seen.approvals,
                           picture.seen.new_disks, captures, picture.seen.suspensions, picture.now, world.prune_delay},
                          world.fresh_uid);
  picture.walk = walk_lineage({picture.seen.store, &picture.seen, &picture.wanted});
  picture.plan = make_plan({picture.declared, picture.wanted, picture.seen, picture.memory, picture.walk, picture.in_flight,
                            world.limits, picture.now});
  if (!is_remembered) {
    picture.plan.notes.push_back("the catalog cannot be read: " + to_string(memory.error()));
  }
  picture.took.plan = watch.lap();
  return picture;
}

}  // namespace cowherd
