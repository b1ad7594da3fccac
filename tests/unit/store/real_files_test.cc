// SPDX-License-Identifier: Apache-2.0
// The store on the host's own file system: what the fake says about it holds.
#include <unistd.h>

#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

// Raw images only: converting is the image tools' business.
class RawOnly final : public ImageTools {
 public:
  explicit RawOnly(LinuxBulkFiles& bulk) : bulk_(bulk) {}
  Result<ImageInfo> inspect(const std::string& path) override {
    COWHERD_ASSIGN(const FileStamp stamp, bulk_.stamp(path));
    return ImageInfo{ImageFormat::Raw, stamp.size};
  }
  Result<OverlayInfo> inspect_overlay(const std::string&) override { return none(); }
  Status convert_to_raw(const std::string&, const std::string&, const BulkControl&) override { return none(); }
  Status create_overlay(const std::string&, const std::string&, Bytes) override { return none(); }
  Status resize_overlay(const std::string&, Bytes) override { return none(); }

 private:
  static tl::unexpected<Error> none() { return fail(ErrorKind::Failed, "raw images only"); }
  LinuxBulkFiles& bulk_;
};

class RealStore : public ::testing::Test {
 protected:
  RealStore() { EXPECT_TRUE(store_.prepare()); }

  ImportRequest request() {
    EXPECT_TRUE(files_.write(directory_ / "image", "an ext4 image"));
    EXPECT_TRUE(files_.resize(directory_ / "image", Bytes{(64 << 20) + 1}));
    EXPECT_TRUE(files_.write(directory_ / "vmlinuz-6.1", "a kernel"));
    if (!files_.stat(directory_ / "vmlinuz")) {
      EXPECT_EQ(::symlink("vmlinuz-6.1", (directory_ / "vmlinuz").c_str()), 0);
    }
    ImportRequest request;
    request.template_name = *ResourceName::make("base");
    request.spec.image_path = directory_ / "image";
    request.spec.kernel_path = directory_ / "vmlinuz";
    request.inputs = digest_of("inputs");
    for (const std::string& path : {request.spec.image_path, request.spec.kernel_path}) {
      request.sources.push_back({path, *bulk_.stamp(path)});
    }
    return request;
  }

  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  LinuxBulkFiles bulk_{};
  RawOnly images_{bulk_};
  ManualClock clock_{};
  LinuxFileParts parts_{};
  Store store_{{files_, bulk_, images_, parts_}, clock_, Layout(directory_ / "state")};
};

}  // namespace

TEST_F(RealStore, ImportsAnImageSparselyAndAKernelThroughItsSymlink) {
  const auto revision = store_.import_revision(request(), {});
  ASSERT_TRUE(revision) << to_string(revision.error());
  const std::string directory = store_.layout().revision_dir("base", revision->id);
  EXPECT_EQ(files_.stat(directory + "/rootfs.ext4")->size, 64_MiB + 4_KiB);
  EXPECT_LE(files_.stat(directory + "/rootfs.ext4")->allocated, 64_KiB);
  EXPECT_EQ(*files_.read(directory + "/kernel", 1_KiB), "a kernel");
  EXPECT_EQ(*bulk_.digest(directory + "/rootfs.ext4", {}), revision->raw_sha256);
  EXPECT_NE(revision->image_sha256, revision->raw_sha256) << "padding is not part of the file as given";
  EXPECT_EQ(*store_.look().templates.at("base").at(revision->id), *revision);
}

TEST_F(RealStore, ASandboxLivesGoesToTrashAndIsPurged) {
  SandboxIdentity web = sandbox_identity("web");
  ASSERT_TRUE(store_.create_sandbox(web));
  EXPECT_EQ(store_.create_sandbox(web).error().kind, ErrorKind::Busy);
  web.generation = 2;
  ASSERT_TRUE(store_.update_sandbox(web));
  ASSERT_TRUE(files_.resize(store_.layout().sandbox_dir(web.uid) + "/" + kCowFile, 1_GiB));
  EXPECT_EQ(*store_.look().sandboxes.at(web.uid), web);
  ASSERT_TRUE(store_.trash_disk(web));
  ASSERT_TRUE(store_.trash_sandbox(web));
  const StoreContents seen = store_.look();
  EXPECT_TRUE(seen.sandboxes.empty());
  EXPECT_TRUE(seen.leftovers.empty());
  ASSERT_EQ(seen.trash.size(), 2u);
  for (const TrashEntry& entry : seen.trash) {
    EXPECT_EQ(entry.uid, web.uid);
    ASSERT_TRUE(store_.purge(entry));
  }
  EXPECT_TRUE(store_.look().trash.empty());
}

TEST_F(RealStore, AnUpdateIsSeenThoughTheStampsAreClose) {
  SandboxIdentity web = sandbox_identity("web");
  ASSERT_TRUE(store_.create_sandbox(web));
  for (std::int64_t generation = 2; generation < 40; ++generation) {
    ASSERT_EQ(*store_.look().sandboxes.at(web.uid), web);
    web.generation = generation;
    ASSERT_TRUE(store_.update_sandbox(web));
  }
}

}  // namespace cowherd::testing
