// SPDX-License-Identifier: Apache-2.0
// Snapshots for the tests of the store: a disk of four chunks on a base of two, and a memory of two pages.
#pragma once

#include "resources/memory/generation.h"
#include "tests/builders/store_builder.h"
#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

inline const std::string kMemoryBuild = "11111111-1111-1111-1111-111111111111";

inline std::string chunks(const std::string& letters) {
  std::string bytes;
  for (const char letter : letters) bytes.append(kChunk.value, letter == '.' ? '\0' : letter);
  return bytes;
}

inline SavedMemory saved_memory() {
  SavedMemory saved;
  saved.build = kMemoryBuild;
  saved.machine = {"QEMU 7.2", "1", "qemu64", "tcg", "f00"};
  saved.vcpus = 2;
  saved.memory = 8_KiB;
  saved.network = NetworkMode::User;
  saved.config_digest = digest_of("config").str();
  return saved;
}

inline SnapshotIdentity snapshot_identity(const std::string& name = "before",
                                          DiskDriverKind driver = DiskDriverKind::DmSnapshot) {
  SnapshotIdentity identity;
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(0x77);
  identity.uid = Uid::from_random(bytes);
  identity.name = *ResourceName::make(name);
  identity.origin = "snapshots.yaml";
  identity.labels = {{"team", "ml"}};
  identity.spec.sandbox_ref = *ResourceName::make("web");
  identity.spec.mode = SnapshotMode::Full;
  identity.spec_hash = digest_of(name);
  identity.sandbox = *ResourceName::make("web");
  identity.sandbox_uid = sandbox_identity("web").uid;
  identity.template_name = "base";
  identity.revision = digest_of("revision");
  identity.driver = driver;
  identity.disk_size = 16_KiB;
  return identity;
}

// A sandbox on the same base, as restoreFrom makes one.
inline SandboxIdentity clone_identity(DiskDriverKind driver = DiskDriverKind::DmSnapshot) {
  SandboxIdentity identity = sandbox_identity("clone", 2);
  identity.driver = driver;
  identity.disk_size = 16_KiB;
  return identity;
}

// A memory of one page 'm' and one of zeroes.
inline std::string memory_header() {
  const BuildId build = *BuildId::make(kMemoryBuild);
  return print_header({8_KiB, 0, build, build, {{{}, kPage, build, {}}, {kPage, kPage, {}, {}}}});
}

struct SnapshotBed : StoreBed {
  std::string base_image = layout.revision_dir("base", digest_of("revision")) + "/" + kRootfsFile;
  std::string directory = layout.snapshot_dir("before");

  SnapshotBed() {
    files.put(base_image, chunks("ab"));
    files.put_directory(layout.sandboxes());
  }

  // The guest wrote chunks 1 and 2.
  static std::string store_bytes() { return StoreBuilder().fill(1, 'X').fill(2, 'Y').bytes(); }
  std::string overlay_bytes() const { return qcow2_image(16_KiB, backing_name(base_image, directory + "/" + kOverlayFile), chunks("aXY.")); }

  Store::Capture capture() {
    return [this](const std::string& staged, SnapshotIdentity& identity) -> Status {
      const bool is_store = identity.driver == DiskDriverKind::DmSnapshot;
      COWHERD_TRY(keep(staged + "/" + (is_store ? kCowFile : kOverlayFile), is_store ? store_bytes() : overlay_bytes()));
      identity.power = "Running";
      if (identity.spec.mode == SnapshotMode::Disk) return {};
      COWHERD_TRY(keep(staged + "/" + memfile_name(*BuildId::make(kMemoryBuild)), std::string(kPage.value, 'm')));
      COWHERD_TRY(keep(staged + "/" + std::string(kHeaderName), memory_header()));
      COWHERD_TRY(keep(staged + "/" + kStateFile, "state of devices"));
      COWHERD_TRY(keep(staged + "/" + kFlatFile, std::string(kPage.value, 'm') + std::string(kPage.value, '\0')));
      identity.memory = saved_memory();
      return {};
    };
  }
  Status keep(const std::string& path, const std::string& content) {
    COWHERD_TRY(files.write(path, content));
    return files.sync(path);
  }
  SnapshotIdentity published(SnapshotIdentity identity = snapshot_identity()) {
    const auto made = store.publish_snapshot(identity, capture(), {});
    EXPECT_TRUE(made) << to_string(made.error());
    return made.value_or(identity);
  }
};

}  // namespace cowherd::testing
