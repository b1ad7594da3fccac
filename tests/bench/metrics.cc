// SPDX-License-Identifier: Apache-2.0
// What measuring costs beside a pass, on a model of a host with many sandboxes: its looks cost no system calls, so that a
// real pass takes longer and the share is smaller. Prints the best of some rounds each.
#include "reconciler/metrics/metrics.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>

#include "tests/convergence/model_world.h"

using namespace cowherd;
using namespace cowherd::testing;

namespace {

constexpr int kRounds = 20;

template <class Work>
double best_seconds(const Work& work) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    Stopwatch watch;
    work();
    best = std::min(best, watch.lap().count());
  }
  return best;
}

void declare(ModelWorld& world, int sandboxes) {
  world.source.declare(a_template("base").declared());
  for (int i = 0; i < sandboxes; ++i) {
    world.source.declare(a_sandbox("sandbox-" + std::to_string(i)).from("base").stopped().cow_limit(64_MiB).declared());
  }
}

}  // namespace

int main() {
  spdlog::set_level(spdlog::level::off);
  for (const int sandboxes : {10, 100, 1'000}) {
    ModelWorld world;
    declare(world, sandboxes);
    world.start_daemon();
    if (!world.settle()) return 1;
    const std::vector<ObjectStatus> statuses = world.statuses();
    Metrics metrics({"bench", world.limits, std::chrono::seconds{30}}, [](const std::string&) { return Result<Bytes>(Bytes{}); });
    std::size_t size = 0;
    const double pass = best_seconds([&] { world.pass(); });
    const double count = best_seconds([&] { metrics.count_pass(world.picture(), statuses, world.clock.now()); });
    const double scrape = best_seconds([&] { size = metrics.text({}).size(); });
    std::printf("%5d sandboxes  pass %8.2f ms  measuring it %6.3f ms, %.4f of the pass  scrape %6.2f ms, %zu KiB\n", sandboxes,
                pass * 1e3, count * 1e3, count / pass, scrape * 1e3, size >> 10);
  }
}
