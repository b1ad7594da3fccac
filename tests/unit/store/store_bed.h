// SPDX-License-Identifier: Apache-2.0
// A store on a fake host, and the objects its tests put there.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "resources/files/publish.h"
#include "resources/store/store.h"
#include "tests/fakes/fake_bulk_files.h"
#include "tests/fakes/fake_file_parts.h"
#include "tests/fakes/fake_image_tools.h"
#include "tests/fakes/manual_clock.h"

namespace cowherd::testing {

// Images as these tests write them: "qcow2:" before the raw content makes the other format, "encrypted:" a refused one.
// Overlays have real headers.
class PrefixImageTools final : public ImageTools {
 public:
  PrefixImageTools(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  Result<ImageInfo> inspect(const std::string& path) override {
    return faults_.call("inspect " + path, [&]() -> Result<ImageInfo> {
      COWHERD_ASSIGN(const FakeContent content, files_.content_of(path));
      if (content.bytes.rfind("encrypted:", 0) == 0) return fail(ErrorKind::Invalid, "image '" + path + "' is encrypted");
      if (content.bytes.rfind(kPrefix, 0) != 0) return ImageInfo{ImageFormat::Raw, content.size};
      return ImageInfo{ImageFormat::Qcow2, content.size - Bytes{kPrefix.size()}};
    });
  }
  Status convert_to_raw(const std::string& from, const std::string& to, const BulkControl&) override {
    return faults_.call("convert " + from, [&]() -> Status {
      COWHERD_ASSIGN(const FakeContent content, files_.content_of(from));
      const std::string raw = content.bytes.substr(kPrefix.size());
      const Status done = files_.set_content(to, {raw, Bytes{raw.size()}});
      if (meanwhile) meanwhile();
      return done;
    });
  }
  Result<OverlayInfo> inspect_overlay(const std::string& path) override { return overlays_.inspect_overlay(path); }
  Status flatten_overlay(const std::string& base, const std::string& overlay, const std::string& to,
                         const BulkControl& control) override {
    return overlays_.flatten_overlay(base, overlay, to, control);
  }
  Status create_overlay(const std::string&, const std::string&, Bytes) override {
    return fail(ErrorKind::Failed, "the store makes no overlays");
  }
  Status resize_overlay(const std::string&, Bytes) override {
    return fail(ErrorKind::Failed, "the store resizes no overlays");
  }

  std::function<void()> meanwhile{};  // what somebody else does while an image is converted

 private:
  inline static const std::string kPrefix = "qcow2:";
  FakeFileSystem& files_;
  Faults& faults_;
  FakeImageTools overlays_{files_, faults_};
};

inline Digest digest_of(const std::string& text) { return sha256(text); }

inline std::string padded(std::string content) {
  content.resize(round_up(Bytes{content.size()}, 4_KiB).value, '\0');
  return content;
}

inline SandboxIdentity sandbox_identity(const std::string& name, unsigned char number = 1) {
  SandboxIdentity identity;
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(number);
  identity.uid = Uid::from_random(bytes);
  identity.name = *ResourceName::make(name);
  identity.origin = "sandboxes.yaml";
  identity.labels = {{"team", "ml"}};
  identity.spec.template_ref = *ResourceName::make("base");
  identity.spec.memory = 512_MiB;
  identity.spec_hash = digest_of(name);
  identity.template_name = "base";
  identity.revision = digest_of("revision");
  identity.driver = DiskDriverKind::DmSnapshot;
  identity.disk_size = 10_GiB;
  identity.created = Moment{std::chrono::hours{500'000}};
  return identity;
}

inline RevisionIdentity revision_identity() {
  RevisionIdentity identity;
  identity.id = digest_of("id");
  identity.template_name = *ResourceName::make("base");
  identity.inputs = digest_of("inputs");
  identity.sources = {{"/srv/image", {{~0ull, ~0ull - 1}, FileType::Regular, 8_KiB, 4_KiB, 17, 18, 2}}};
  identity.image_sha256 = digest_of("image");
  identity.raw_sha256 = digest_of("raw");
  identity.image_size = 8_KiB;
  identity.boot_args = {"console=ttyS0", "quiet \"x\""};
  identity.created = Moment{std::chrono::hours{500'000}};
  return identity;
}

// What outlives a process: the files and the time. The store itself dies with it and is made anew.
struct StoreBed {
  Faults faults{};
  FakeFileSystem files{faults};
  FakeBulkFiles bulk{files, faults};
  PrefixImageTools images{files, faults};
  ManualClock clock{};
  Layout layout{"/state"};
  FakeFileParts parts{files, faults};
  Store store{{files, bulk, images, parts}, clock, layout};  // of the test itself, which does not die

  StoreBed() {
    files.put("/srv/image", "an ext4 image");
    files.put("/srv/kernel", "a kernel");
    files.put("/srv/initrd", "an initrd");
    EXPECT_TRUE(store.prepare());
  }

  // As a plan would make it of what stands in /srv now.
  ImportRequest request(const std::string& template_name = "base", const std::string& image = "/srv/image") {
    ImportRequest request;
    request.template_name = *ResourceName::make(template_name);
    request.spec.image_path = image;
    request.spec.kernel_path = "/srv/kernel";
    request.spec.initrd_path = "/srv/initrd";
    request.spec.boot_args = {"console=ttyS0"};
    std::string stamps = image;
    for (const std::string& path : {image, std::string("/srv/kernel"), std::string("/srv/initrd")}) {
      if (const auto stamp = files.stamp_of(path)) {
        request.sources.push_back({path, *stamp});
        stamps += " " + std::to_string(stamp->ctime_ns);
      }
    }
    request.inputs = digest_of(stamps);
    return request;
  }

  std::string revision_file(const RevisionIdentity& revision, const std::string& file) const {
    return layout.revision_dir(revision.template_name.str(), revision.id) + "/" + file;
  }
};

// Runs `step` again and again on fresh beds, breaking each of its host calls in each way, with and without a power loss
// after it, and gives each outcome to `judge`. `prepare` sets the bed up before, unbroken.
struct Broken {
  StoreBed& bed;
  bool succeeded;
};

inline void for_every_fault(const std::function<void(StoreBed&)>& prepare,
                            const std::function<bool(StoreBed&, Store&)>& step,
                            const std::function<void(const Broken&)>& judge) {
  enum class After { KeepPower, LosePower };
  int calls = 0;
  {
    StoreBed clean;
    prepare(clean);
    Store store({clean.files, clean.bulk, clean.images, clean.parts}, clean.clock, clean.layout);
    clean.faults.arm(FaultMode::None, 0);
    ASSERT_TRUE(step(clean, store));
    calls = clean.faults.calls();
  }
  ASSERT_GT(calls, 0);
  for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter, FaultMode::Fail}) {
    for (const After after : {After::KeepPower, After::LosePower}) {
      for (int n = 1; n <= calls; ++n) {
        StoreBed bed;
        prepare(bed);
        std::string at;
        bool succeeded = false;
        {
          Store store({bed.files, bed.bulk, bed.images, bed.parts}, bed.clock, bed.layout);
          bed.faults.arm(mode, n);
          try {
            succeeded = step(bed, store);
          } catch (const SimulatedDeath& death) {
            at = death.at;
          }
          if (at.empty()) at = "failing " + bed.faults.trace().at(static_cast<std::size_t>(n - 1));
        }
        bed.faults.disarm();
        if (after == After::LosePower) bed.files.lose_power();
        SCOPED_TRACE(at + (after == After::LosePower ? ", then power is lost" : ""));
        ASSERT_TRUE(bed.store.prepare());
        judge({bed, succeeded});
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

// Nothing half made is seen; interrupted work can be collected, and then is gone.
inline void collect_leftovers(StoreBed& bed) {
  for (const std::string& path : bed.store.look().leftovers) ASSERT_TRUE(bed.store.remove_leftover(path));
  ASSERT_THAT(bed.store.look().leftovers, ::testing::IsEmpty());
}

}  // namespace cowherd::testing
