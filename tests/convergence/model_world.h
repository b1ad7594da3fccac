// SPDX-License-Identifier: Apache-2.0
// A whole host as a model, and one life of the daemon on it after another. The host survives a life; what the daemon
// holds in memory does not. The code between the seams is the real one: store, disk drivers, planner, executor.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reconciler/daemon/reconciler.h"
#include "resources/block/host_disks.h"
#include "tests/builders/worlds.h"
#include "tests/fakes/fake_bulk_files.h"
#include "tests/fakes/fake_device_mapper.h"
#include "tests/fakes/fake_file_parts.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/fakes/fake_image_files.h"
#include "tests/fakes/fake_image_tools.h"
#include "tests/fakes/fake_loop_devices.h"
#include "tests/fakes/fake_machines.h"
#include "tests/fakes/fake_source.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_catalog.h"

namespace cowherd::testing {

class ModelWorld {
 public:
  explicit ModelWorld(DiskDriverKind driver = DiskDriverKind::DmSnapshot);

  // The host.
  Faults faults{};
  ManualClock clock{};
  FakeFileSystem files{faults};
  FakeBulkFiles bulk{files, faults};
  FakeFileParts parts{files, faults};
  FakeImageTools images{files, faults};
  FakeImageFiles memory_files{files, faults};
  FakeLoopDevices loops{files, faults};
  FakeDeviceMapper device_mapper{loops, faults};
  FakeMachines machines{faults, clock,
                        [this](const std::string& node, int delta) { device_mapper.hold(node, delta); }, &files};
  MemoryCatalog catalog{faults};
  FakeSource source{};
  Layout layout{"/state"};
  Limits limits{};

  // Instead of `catalog`. Before a daemon is started; it outlives the world.
  template <class RealCatalog>
  void remember_in(RealCatalog& real) {
    remembers_ = &real;
    index_ = &real;
  }

  // One life of the daemon after another.
  void start_daemon();
  void kill_daemon();
  // Power goes: devices, loops and VMs are gone, files lose what was not synced.
  void lose_power();

  // Passes until nothing changes any more; time moves as the daemon would sleep. False when it does not settle.
  bool settle();
  // One pass, with what it begins.
  void pass();
  const Picture& picture() const { return life_->reconciler.picture(); }
  Standing standing() const { return life_->reconciler.standing(); }
  std::vector<ObjectStatus> statuses() const { return statuses_of(picture()); }

  // --- questions a test asks, without host calls
  // What can be seen of the host from outside, uids replaced by names: equal worlds have equal text.
  std::string describe();
  std::optional<SandboxIdentity> identity(const std::string& name);
  std::string store_path(const std::string& name);
  // Whether its disk took what a guest wrote.
  bool take_write(const std::string& node, const std::string& text);
  bool vm_runs(const std::string& name);
  // The memory of a guest is kept, and can be loaded.
  bool is_kept(const std::string& name);
  // What breaks a law whatever happens: two users of one store, a device without a directory, a VM without its disk, …
  std::vector<std::string> broken_laws();

 private:
  struct Life {
    explicit Life(ModelWorld& world);
    Store store;
    HostDisks disks;
    InlineWorkers workers{};
    Executor executor;
    Reporter reporter;
    Reconciler reconciler;
  };

  DiskDriverKind driver_;
  Catalog* remembers_ = &catalog;
  CatalogIndex* index_ = &catalog;
  int minted_ = 0;
  std::unique_ptr<Life> life_{};
};

}  // namespace cowherd::testing
