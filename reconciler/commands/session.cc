// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/session.h"

#include <spdlog/spdlog.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "reconciler/commands/settings.h"
#include "reconciler/daemon/rebuild_catalog.h"
#include "resources/block/host_disks.h"
#include "resources/block/kernel/kernel_device_mapper.h"
#include "resources/block/kernel/kernel_loop_devices.h"
#include "resources/block/qemu_img/qemu_image_tools.h"
#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/publish.h"
#include "resources/files/random.h"
#include "resources/machine/qemu/qemu_machines.h"
#include "resources/memory/linux_image_files.h"
#include "resources/store/lock.h"
#include "resources/store/state_dir.h"

namespace cowherd {

namespace {

ExitCode code_for(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Busy: return ExitCode::Locked;
    case ErrorKind::Denied: return ExitCode::Permission;
    case ErrorKind::Invalid: return ExitCode::Configuration;
    case ErrorKind::NotFound:
    case ErrorKind::Stale:
    case ErrorKind::Exhausted:
    case ErrorKind::Corrupt:
    case ErrorKind::Failed: return ExitCode::Failure;
  }
  return ExitCode::Failure;
}

SessionFailure failure_of(const Error& error) { return {code_for(error), to_string(error)}; }

Bytes memory_of_host() {
  struct sysinfo info {};
  if (::sysinfo(&info) != 0) return {};
  return Bytes{info.totalram * info.mem_unit};
}

// What a command that takes no lock remembers when there is no catalog to read.
class NoCatalog final : public Catalog {
 public:
  Result<CatalogMemory> recall() override { return CatalogMemory{}; }
  Result<std::int64_t> begin_intent(const Intent&) override { return refuse(); }
  Status finish_intent(std::int64_t, OutcomeKind, Moment, const std::string&) override { return refuse(); }
  Status set_attempts(const std::string&, const Attempts&) override { return refuse(); }
  Status clear_attempts(const std::string&) override { return refuse(); }
  Status set_generation(const std::string&, const SpecGeneration&) override { return refuse(); }
  Status set_condition(const std::string&, const ConditionMemory&) override { return refuse(); }
  Status set_capture(const std::string&, const CaptureMemory&) override { return refuse(); }
  Status add_event(const Event&) override { return refuse(); }
  Result<std::vector<Event>> events(const std::string&, int) override { return std::vector<Event>{}; }
  Status forget(const std::string&) override { return refuse(); }

 private:
  static tl::unexpected<Error> refuse() { return fail(ErrorKind::Denied, "there is no catalog to write"); }
};

}  // namespace

// Order matters: what is named later refers to what is named before, and goes first.
struct Session::Parts {
  Options options{};
  Config config{};
  SystemClock clock{};
  LinuxFileSystem files{};
  LinuxBulkFiles bulk{};
  LinuxFileParts parts{};
  LinuxImageFiles memory_files{};
  QemuImageTools images;
  KernelDeviceMapper device_mapper{};
  KernelLoopDevices loops{};
  Layout layout;
  std::string dir8{};
  std::unique_ptr<StateLock> lock{};
  std::unique_ptr<Catalog> catalog{};
  CatalogIndex* index = nullptr;  // the same object
  std::unique_ptr<HostDisks> disks{};
  std::unique_ptr<QemuMachines> machines{};
  std::unique_ptr<Store> store{};
  std::unique_ptr<FollowedSources> sources{};

  Parts(const Options& given, const Config& settings)
      : options(given), config(settings), images(qemu_img_beside(settings)), layout(given.state_dir) {}

  Status claim_state_dir(SessionMode mode, const std::string& command);
  Status open_catalog(SessionMode mode);
  Status rebuild_if_new();
  void put_together(SessionMode mode);
};

// The lock comes before the id: two daemons that start at once must not both mint one.
Status Session::Parts::claim_state_dir(SessionMode mode, const std::string& command) {
  const ThisHost host = read_this_host(files);
  if (mode == SessionMode::Watching) {
    const auto id = read_state_dir(files, layout, host);
    if (id) dir8 = id->dir8();
    if (id || id.error().kind == ErrorKind::NotFound) return {};
    return fail(id.error());
  }
  COWHERD_TRY(make_directories(files, layout.root()));
  COWHERD_ASSIGN(StateLock taken, StateLock::take(layout.lock_file(), command));
  lock = std::make_unique<StateLock>(std::move(taken));
  COWHERD_ASSIGN(const StateDirId id, open_state_dir(files, layout, host, fresh_uid()));
  dir8 = id.dir8();
  return {};
}

Status Session::Parts::open_catalog(SessionMode mode) {
  const DatabaseAccess access = mode == SessionMode::Acting ? DatabaseAccess::ReadWrite : DatabaseAccess::ReadOnly;
  auto opened = SqliteCatalog::open(layout.catalog_file(), access, clock.now());
  if (opened) {
    if (!opened->moved_aside.empty()) {
      const std::string told = "the catalog was damaged (" + opened->reason + ") and moved aside to '" + opened->moved_aside +
                               "'; history is lost, nothing else";
      spdlog::warn("{}", told);
      COWHERD_TRY(opened->catalog->add_event({"Daemon", EventType::Warning, "CatalogDamaged", told, clock.now(), clock.now(), 1}));
    }
    index = opened->catalog.get();
    catalog = std::move(opened->catalog);
    return {};
  }
  if (mode == SessionMode::Acting) return fail(opened.error());
  catalog = std::make_unique<NoCatalog>();  // it is only memory: watching goes on without it
  return {};
}

// Before the first pass: nothing is decided on a catalog that knows less than the directories.
Status Session::Parts::rebuild_if_new() {
  COWHERD_ASSIGN(const bool is_rebuilt, index->is_rebuilt());
  if (is_rebuilt) return {};
  COWHERD_ASSIGN(const Rebuilt rebuilt, rebuild_catalog(*catalog, *index, store->look(), clock.now()));
  if (rebuilt.snapshots + rebuilt.bases == 0 && rebuilt.unread.empty()) return {};
  spdlog::info("catalog read back from the directories: captures={} bases={} unread={}", rebuilt.snapshots, rebuilt.bases,
               rebuilt.unread.size());
  return {};
}

void Session::Parts::put_together(SessionMode mode) {
  disks = std::make_unique<HostDisks>(device_mapper, loops, files, parts, images, dir8, disk_driver_of(config));
  machines = std::make_unique<QemuMachines>(qemu_settings_of(config, dir8), clock);
  store = std::make_unique<Store>(StoreHost{files, bulk, images, parts}, clock, layout);
  const SourceAccess access = mode == SessionMode::Acting ? SourceAccess::Writes : SourceAccess::Reads;
  sources = std::make_unique<FollowedSources>(config, options.manifests, files, layout, access);
}

Session::Session(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Session::~Session() = default;

std::variant<std::unique_ptr<Session>, SessionFailure> Session::open(const Options& given, SessionMode mode,
                                                                     const std::string& command) {
  const auto options = with_defaults(given);
  if (!options) return failure_of(options.error());
  const auto config = read_config(*options);
  if (!config) return SessionFailure{ExitCode::Configuration, to_string(config.error())};
  auto parts = std::make_unique<Parts>(*options, *config);
  if (const Status claimed = parts->claim_state_dir(mode, command); !claimed) return failure_of(claimed.error());
  if (const Status opened = parts->open_catalog(mode); !opened) {
    return SessionFailure{ExitCode::Failure, to_string(opened.error())};
  }
  parts->put_together(mode);
  if (mode == SessionMode::Acting) {
    if (const Status prepared = parts->store->prepare(); !prepared) return failure_of(prepared.error());
    if (const Status rebuilt = parts->rebuild_if_new(); !rebuilt) return failure_of(rebuilt.error());
  }
  return std::unique_ptr<Session>(new Session(std::move(parts)));  // the constructor is private
}

const Options& Session::options() const { return parts_->options; }
const Config& Session::config() const { return parts_->config; }
const Layout& Session::layout() const { return parts_->layout; }
const std::string& Session::dir8() const { return parts_->dir8; }
FileSystem& Session::files() { return parts_->files; }
Catalog& Session::catalog() { return *parts_->catalog; }
CatalogIndex* Session::index() { return parts_->index; }
Machines& Session::machines() { return *parts_->machines; }
Store& Session::store() { return *parts_->store; }
FollowedSources& Session::sources() { return *parts_->sources; }
Disks& Session::disks() { return *parts_->disks; }
Clock& Session::clock() { return parts_->clock; }

World Session::world() {
  const Config& config = parts_->config;
  Limits limits;
  limits.memory_budget_percent = static_cast<int>(config.memory_budget_percent);
  limits.min_free_percent = static_cast<int>(config.min_free_percent);
  limits.max_prune_count = static_cast<int>(config.max_prune_count);
  limits.max_prune_percent = static_cast<int>(config.max_prune_percent);
  limits.trash_grace = config.trash_grace;
  limits.freeze_budget = config.freeze_budget;
  return {parts_->sources->source(),
          Eyes{*parts_->store, parts_->files, parts_->bulk, *parts_->disks, *parts_->machines, parts_->clock,
               memory_of_host()},
          *parts_->catalog,
          [] { return fresh_uid(); },
          limits,
          config.prune_delay};
}

Host Session::host() {
  return {*parts_->store, parts_->files, parts_->bulk, parts_->memory_files, *parts_->disks, *parts_->machines, parts_->clock};
}

LaneLimits Session::lanes() const {
  LaneLimits lanes;
  lanes.quick = static_cast<int>(parts_->config.workers);
  lanes.boot = static_cast<int>(parts_->config.boots);
  lanes.import = static_cast<int>(parts_->config.imports);
  return lanes;
}

}  // namespace cowherd
