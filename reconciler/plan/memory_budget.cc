// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/memory_budget.h"

namespace cowherd {

Bytes memory_budget(Bytes host_memory, const Limits& limits) {
  const std::uint64_t share = host_memory.value / 100 * static_cast<std::uint64_t>(limits.memory_budget_percent);
  return Bytes{share - share % (1_MiB).value};
}

Bytes memory_of_machines(const Observed& seen) {
  Bytes sum;
  for (const auto& [uid, machine] : seen.machines) {
    if (machine.known() && machine->phase != MachinePhase::Dead) sum = sum + machine->memory;
  }
  return sum;
}

}  // namespace cowherd
