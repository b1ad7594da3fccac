// SPDX-License-Identifier: Apache-2.0
// Template revisions made of the disk of a snapshot: cowherd's own by either driver, and other software's.
#include "tests/unit/store/snapshot_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A template 'warm' of the snapshot, as a plan makes it of what stands there now.
ImportRequest request_for(StoreBed& bed, const std::string& snapshot, const std::string& disk) {
  ImportRequest request;
  request.template_name = *ResourceName::make("warm");
  request.spec.snapshot_ref = *ResourceName::make(snapshot);
  request.spec.kernel_path = "/srv/kernel";
  request.spec.boot_args = {"console=ttyS0"};
  const std::string path = bed.layout.snapshot_dir(snapshot) + "/" + disk;
  for (const std::string& source : {path, std::string("/srv/kernel")}) {
    if (const auto stamp = bed.files.stamp_of(source)) request.sources.push_back({source, *stamp});
  }
  request.inputs = digest_of("inputs");
  return request;
}

class ImportSnapshot : public ::testing::Test, protected SnapshotBed {
 protected:
  std::string image_of(const RevisionIdentity& revision) { return *files.peek(revision_file(revision, kRootfsFile)); }
  RevisionIdentity imported(const ImportRequest& request) {
    const auto made = store.import_revision(request, {});
    EXPECT_TRUE(made) << to_string(made.error());
    return made.value_or(RevisionIdentity{});
  }
  Error refused(const ImportRequest& request) {
    const auto made = store.import_revision(request, {});
    EXPECT_FALSE(made);
    EXPECT_FALSE(files.exists(layout.template_dir("warm"))) << "a refused import leaves nothing";
    return made ? Error{} : made.error();
  }
};

}  // namespace

TEST_F(ImportSnapshot, AStoreIsFlattenedOverItsBase) {
  published();
  const auto before = files.peek_tree(layout.snapshots());
  const ImportRequest wanted = request_for(*this, "before", kCowFile);
  const RevisionIdentity revision = imported(wanted);
  files.lose_power();
  EXPECT_EQ(image_of(revision), chunks("aXY."));
  EXPECT_EQ(revision.image_size, 16_KiB);
  EXPECT_EQ(revision.raw_sha256, digest_of(chunks("aXY.")));
  EXPECT_EQ(revision.sources, wanted.sources);
  EXPECT_EQ(files.peek(revision_file(revision, kKernelFile)), "a kernel");
  EXPECT_EQ(*store.look().templates.at("warm").at(revision.id), revision);
  EXPECT_EQ(files.peek_tree(layout.snapshots()), before);
  EXPECT_THAT(store.look().leftovers, IsEmpty());
}

TEST_F(ImportSnapshot, AnOverlayIsFlattenedOverItsBase) {
  published(snapshot_identity("before", DiskDriverKind::Qcow2));
  const RevisionIdentity revision = imported(request_for(*this, "before", kOverlayFile));
  files.lose_power();
  EXPECT_EQ(image_of(revision), chunks("aXY."));
}

TEST_F(ImportSnapshot, EqualContentIsTheSameRevisionWhereverItComesFrom) {
  published();
  const RevisionIdentity flattened = imported(request_for(*this, "before", kCowFile));
  files.put("/srv/image", chunks("aXY."));
  ImportRequest image = request("other");
  image.spec.initrd_path = "";
  EXPECT_EQ(imported(image).id, flattened.id);
}

TEST_F(ImportSnapshot, AFlatSeedIsCopied) {
  files.put(layout.snapshot_dir("seed") + "/" + kRootfsFile, chunks("abc"));
  EXPECT_EQ(image_of(imported(request_for(*this, "seed", kRootfsFile))), chunks("abc"));
}

TEST_F(ImportSnapshot, AStoreOfASeedHasTheSizeOfItsBase) {
  files.put("/other/base.ext4", chunks("abcd"));
  files.put(layout.snapshot_dir("seed") + "/" + kCowFile, store_bytes());
  files.put(layout.snapshot_dir("seed") + "/" + kMetaFile, "{\"base_template\": \"/other/base.ext4\"}");
  EXPECT_EQ(image_of(imported(request_for(*this, "seed", kCowFile))), chunks("aXYd"));
}

TEST_F(ImportSnapshot, OneThatIsNotThereIsNotFound) {
  EXPECT_EQ(refused(request_for(*this, "before", kCowFile)).kind, ErrorKind::NotFound);
  published();
  const ImportRequest wanted = request_for(*this, "before", kCowFile);
  files.erase(base_image);
  const Error error = refused(wanted);
  EXPECT_EQ(error.kind, ErrorKind::NotFound);
  EXPECT_THAT(error.message, HasSubstr(base_image));
}

TEST_F(ImportSnapshot, OneWithoutADiskIsInvalid) {
  files.put(layout.snapshot_dir("seed") + "/snapfile", "x");
  EXPECT_EQ(refused(request_for(*this, "seed", kRootfsFile)).kind, ErrorKind::Invalid);
}

TEST_F(ImportSnapshot, OneThatChangedSinceThePlanIsStale) {
  published();
  const ImportRequest wanted = request_for(*this, "before", kCowFile);
  files.put(directory + "/" + kCowFile, StoreBuilder().fill(0, 'Z').bytes());
  EXPECT_EQ(refused(wanted).kind, ErrorKind::Stale);
}

TEST_F(ImportSnapshot, ADamagedStoreIsCorrupt) {
  const auto damaged = [&](const std::string& staged, SnapshotIdentity& made) -> Status {
    COWHERD_TRY(capture()(staged, made));
    return keep(staged + "/" + kCowFile, StoreBuilder().fill(1, 'X').entry(1, 999, 2).bytes());
  };
  ASSERT_TRUE(store.publish_snapshot(snapshot_identity(), damaged, {}));
  EXPECT_EQ(refused(request_for(*this, "before", kCowFile)).kind, ErrorKind::Corrupt);
}

TEST_F(ImportSnapshot, ADiskSizeBelowTheSnapshotsIsInvalid) {
  published();
  ImportRequest wanted = request_for(*this, "before", kCowFile);
  wanted.spec.disk_size = 12_KiB;
  EXPECT_EQ(refused(wanted).kind, ErrorKind::Invalid);
}

TEST(ImportSnapshotBroken, EveryInterruptedImportIsCollectedAndRepeated) {
  SnapshotBed pristine;
  pristine.published();
  const auto prepare = [&](StoreBed& bed) {
    for (const std::string& from : {pristine.directory, pristine.layout.templates()}) {
      for (const auto& [path, content] : pristine.files.peek_tree(from)) {
        if (path.back() != '/') bed.files.put(path, content);
      }
    }
  };
  const auto step = [](StoreBed& bed, Store& store) {
    return store.import_revision(request_for(bed, "before", kCowFile), {}).has_value();
  };
  for_every_fault(prepare, step, [&](const Broken& broken) {
    StoreBed& bed = broken.bed;
    for (const std::string& path : bed.store.look().leftovers) ASSERT_TRUE(bed.store.remove_leftover(path));
    const auto revision = bed.store.import_revision(request_for(bed, "before", kCowFile), {});
    ASSERT_TRUE(revision) << to_string(revision.error());
    bed.files.lose_power();
    ASSERT_EQ(bed.files.peek(bed.revision_file(*revision, kRootfsFile)), chunks("aXY."));
    ASSERT_EQ(bed.files.peek_tree(pristine.directory), pristine.files.peek_tree(pristine.directory));
  });
}

}  // namespace cowherd::testing
