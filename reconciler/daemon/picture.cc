// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/picture.h"

namespace cowherd {

Picture take_picture(const World& world, const std::set<std::string>& in_flight) {
  Picture picture;
  picture.now = world.eyes.clock.now();
  picture.in_flight = in_flight;
  picture.declared = world.source.load(picture.now);
  picture.seen = observe(world.eyes, interesting_paths(picture.declared));
  picture.wanted = expand({picture.declared, picture.seen.store, picture.seen.host_files, picture.seen.approvals,
                           picture.seen.new_disks, picture.now, world.prune_delay},
                          world.fresh_uid);
  auto memory = world.catalog.recall();
  if (memory) picture.memory = *std::move(memory);
  picture.plan = make_plan({picture.declared, picture.wanted, picture.seen, picture.memory, picture.in_flight,
                            world.limits, picture.now});
  if (!memory && memory.error().kind != ErrorKind::NotFound) {
    picture.plan.notes.push_back("the catalog cannot be read: " + to_string(memory.error()));
  }
  return picture;
}

}  // namespace cowherd
