// SPDX-License-Identifier: Apache-2.0
// Each scenario settles, a second pass changes nothing, and dying, losing power or failing at any host call in between
// leads to the same world: nothing lost, nothing left over, nothing foreign touched.
#include <gtest/gtest.h>

#include <spdlog/spdlog.h>

#include "reconciler/plan/print.h"
#include "tests/convergence/scenarios.h"

namespace cowherd::testing {
namespace {

constexpr const char* kForeign = "cowherd-lookalike-root";

// Somebody else's device, in spite of its name. After a power loss its owner makes it again.
void add_foreign(ModelWorld& world) {
  if (!world.device_mapper.exists(kForeign)) world.device_mapper.add_foreign(kForeign, "SOMEBODY-ELSE");
}

enum class Aftermath { ProcessDied, PowerLost };

class Convergence : public ::testing::TestWithParam<Scenario> {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  // A world in which the scenario's beginning has settled, with guests that wrote something.
  static std::unique_ptr<ModelWorld> begin(const Scenario& scenario) {
    auto world = std::make_unique<ModelWorld>(scenario.driver);
    world->files.put("/srv/other.ext4", std::string(8192, 'o'));
    add_foreign(*world);
    scenario.before(*world);
    world->start_daemon();
    if (!world->settle()) throw std::runtime_error("the beginning does not settle");
    for (const std::string& sandbox : scenario.data_of) write_guest_data(*world, sandbox);
    for (const std::string& sandbox : scenario.memory_of) {
      if (!world->is_kept(sandbox)) write_guest_memory(*world, sandbox);
    }
    return world;
  }

  static void expect_good_end(ModelWorld& world, const Scenario& scenario, const std::string& how,
                              const std::string& clean_end, Aftermath aftermath = Aftermath::ProcessDied) {
    if (aftermath == Aftermath::ProcessDied) {
      EXPECT_EQ(world.describe(), clean_end) << how;
    } else {
      EXPECT_EQ(without_memory(world.describe()), without_memory(clean_end)) << how;
    }
    EXPECT_EQ(world.broken_laws(), std::vector<std::string>{}) << how;
    for (const std::string& sandbox : scenario.data_of) {
      EXPECT_TRUE(guest_data_is_there(world, sandbox)) << how << ": guest data of " << sandbox << " is lost";
    }
    for (Clone clone : scenario.clones) {
      clone.memory = clone.memory && aftermath == Aftermath::ProcessDied;
      EXPECT_TRUE(clone_is_as_captured(world, clone)) << how << ": " << clone.name << " is not as " << clone.of << " was";
    }
    EXPECT_TRUE(world.device_mapper.exists(kForeign)) << how << ": a foreign device was touched";
  }

  static void expect_memory(ModelWorld& world, const Scenario& scenario, const std::string& how) {
    for (const std::string& sandbox : scenario.memory_of) {
      EXPECT_TRUE(guest_memory_is_there(world, sandbox)) << how << ": the memory of " << sandbox << " is lost";
    }
    for (const std::string& sandbox : scenario.writes_of) {
      EXPECT_TRUE(refused_write_is_there(world, sandbox)) << how << ": a write of the guest of " << sandbox << " is lost";
    }
    EXPECT_EQ(world.broken_laws(), std::vector<std::string>{}) << how;
  }

  // A guest that had not been kept when power went is not there any more: nothing of it can be kept afterwards.
  static std::string without_memory(std::string text) {
    for (const std::string word : {" no-memory", " memory"}) {
      for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;) text.erase(at, word.size());
    }
    return text;
  }

  static std::string clean_end(const Scenario& scenario, int& calls) {
    const auto world = begin(scenario);
    scenario.event(*world);
    world->faults.disarm();
    EXPECT_TRUE(world->settle());
    calls = world->faults.calls();
    std::string end = world->describe();
    expect_good_end(*world, scenario, "undisturbed", end);
    expect_memory(*world, scenario, "undisturbed");
    return end;
  }
};

TEST_P(Convergence, SettlesAndRepeatsNothing) {
  int calls = 0;
  const std::string end = clean_end(GetParam(), calls);
  EXPECT_GT(calls, 0);
  const auto world = begin(GetParam());
  GetParam().event(*world);
  ASSERT_TRUE(world->settle());
  ASSERT_TRUE(world->settle());
  EXPECT_TRUE(world->picture().plan.steps.empty()) << "a second pass has something to do";
  EXPECT_EQ(world->describe(), end);
}

void die_everywhere(const Scenario& scenario, FaultMode mode, Aftermath aftermath,
                    const std::function<std::unique_ptr<ModelWorld>()>& begin, int calls,
                    const std::function<void(ModelWorld&, const std::string&)>& expect) {
  for (int n = 1; n <= calls; ++n) {
    auto world = begin();
    scenario.event(*world);
    world->faults.arm(mode, n);
    std::string at;
    try {
      (void)world->settle();
    } catch (const SimulatedDeath& death) {
      at = death.at;
    }
    world->faults.disarm();
    if (at.empty()) break;  // a run with fewer calls than n
    if (aftermath == Aftermath::PowerLost) {
      world->lose_power();
    } else {
      world->kill_daemon();
    }
    add_foreign(*world);
    world->start_daemon();
    const std::string how = "died " + at + " (call " + std::to_string(n) + ")";
    ASSERT_TRUE(world->settle()) << how << ": does not settle\n" << print_plan(world->picture().plan);
    expect(*world, how);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST_P(Convergence, SurvivesDyingBeforeAnyHostCall) {
  int calls = 0;
  const Scenario& scenario = GetParam();
  const std::string end = clean_end(scenario, calls);
  die_everywhere(scenario, FaultMode::DieBefore, Aftermath::ProcessDied, [&] { return begin(scenario); }, calls,
                 [&](ModelWorld& world, const std::string& how) {
                   expect_good_end(world, scenario, how, end);
                   expect_memory(world, scenario, how);
                 });
}

TEST_P(Convergence, SurvivesDyingAfterAnyHostCall) {
  int calls = 0;
  const Scenario& scenario = GetParam();
  const std::string end = clean_end(scenario, calls);
  die_everywhere(scenario, FaultMode::DieAfter, Aftermath::ProcessDied, [&] { return begin(scenario); }, calls,
                 [&](ModelWorld& world, const std::string& how) {
                   expect_good_end(world, scenario, how, end);
                   expect_memory(world, scenario, how);
                 });
}

TEST_P(Convergence, SurvivesPowerLossAfterAnyHostCall) {
  int calls = 0;
  const Scenario& scenario = GetParam();
  const std::string end = clean_end(scenario, calls);
  die_everywhere(scenario, FaultMode::DieAfter, Aftermath::PowerLost, [&] { return begin(scenario); }, calls,
                 [&](ModelWorld& world, const std::string& how) { expect_good_end(world, scenario, how, end, Aftermath::PowerLost); });
}

TEST_P(Convergence, SurvivesFailureOfAnyHostCall) {
  int calls = 0;
  const Scenario& scenario = GetParam();
  const std::string end = clean_end(scenario, calls);
  for (int n = 1; n <= calls; ++n) {
    const auto world = begin(scenario);
    scenario.event(*world);
    world->faults.arm(FaultMode::Fail, n);
    (void)world->settle();
    const std::string how = "call " + std::to_string(n) + " failed (" +
                            (static_cast<std::size_t>(n) <= world->faults.trace().size()
                                 ? world->faults.trace()[static_cast<std::size_t>(n) - 1]
                                 : "none") +
                            ")";
    world->faults.disarm();
    ASSERT_TRUE(world->settle()) << how << ": does not settle\n" << print_plan(world->picture().plan);
    expect_good_end(*world, scenario, how, end);
    expect_memory(*world, scenario, how);
    if (HasFailure()) return;
  }
}

std::string name_of_scenario(const ::testing::TestParamInfo<Scenario>& info) {
  std::string name;
  for (const char c : info.param.name) name += c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Convergence, ::testing::ValuesIn(scenarios()), name_of_scenario);

}  // namespace
}  // namespace cowherd::testing
