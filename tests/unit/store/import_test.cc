// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Import : public ::testing::Test, protected StoreBed {
 protected:
  std::map<Digest, Fact<RevisionIdentity>> revisions(const std::string& name = "base") {
    const StoreContents seen = store.look();
    const auto found = seen.templates.find(name);
    return found == seen.templates.end() ? std::map<Digest, Fact<RevisionIdentity>>{} : found->second;
  }
  Error refused(const ImportRequest& request) {
    const auto imported = store.import_revision(request, {});
    EXPECT_FALSE(imported);
    EXPECT_THAT(files.peek_tree(layout.templates()), IsEmpty()) << "a refused import leaves nothing";
    return imported ? Error{} : imported.error();
  }
};

}  // namespace

TEST_F(Import, ARawImageBecomesADurableRevision) {
  const auto revision = store.import_revision(request(), {});
  ASSERT_TRUE(revision) << to_string(revision.error());
  files.lose_power();
  EXPECT_EQ(files.peek(revision_file(*revision, kRootfsFile)), padded("an ext4 image"));
  EXPECT_EQ(files.peek(revision_file(*revision, kKernelFile)), "a kernel");
  EXPECT_EQ(files.peek(revision_file(*revision, kInitrdFile)), "an initrd");
  EXPECT_EQ(revision->image_sha256, digest_of("an ext4 image"));
  EXPECT_EQ(revision->raw_sha256, digest_of(padded("an ext4 image")));
  EXPECT_EQ(revision->image_size, 4_KiB);
  EXPECT_TRUE(revision->has_initrd);
  EXPECT_EQ(revision->created, clock.now());
  const StoreContents seen = store.look();
  EXPECT_EQ(*seen.templates.at("base").at(revision->id), *revision);
  EXPECT_THAT(seen.leftovers, IsEmpty());
  EXPECT_EQ(*store.revision("base", revision->id), *revision);
}

TEST_F(Import, AQcow2ImageIsConverted) {
  files.put("/srv/image", "qcow2:an ext4 image");
  ImportRequest wanted = request();
  wanted.spec.image_sha256 = digest_of("qcow2:an ext4 image");
  const auto revision = store.import_revision(wanted, {});
  ASSERT_TRUE(revision) << to_string(revision.error());
  files.lose_power();
  EXPECT_EQ(files.peek(revision_file(*revision, kRootfsFile)), padded("an ext4 image"));
  EXPECT_EQ(revision->image_sha256, digest_of("qcow2:an ext4 image"));
}

TEST_F(Import, TheIdIsOfTheContentWhateverItsFormatPathAndName) {
  const auto raw = store.import_revision(request("one"), {});
  files.put("/srv/other", "qcow2:an ext4 image");
  const auto qcow2 = store.import_revision(request("two", "/srv/other"), {});
  ASSERT_TRUE(raw && qcow2);
  EXPECT_EQ(raw->id, qcow2->id);
  ImportRequest other_args = request("one");
  other_args.spec.boot_args = {"quiet"};
  other_args.inputs = digest_of("other args");
  EXPECT_NE(store.import_revision(other_args, {})->id, raw->id);
  ImportRequest no_initrd = request("one");
  no_initrd.spec.initrd_path = "";
  no_initrd.inputs = digest_of("no initrd");
  EXPECT_NE(store.import_revision(no_initrd, {})->id, raw->id);
  EXPECT_THAT(revisions("one"), SizeIs(3));
}

TEST_F(Import, EqualContentIsKeptOnce) {
  const auto one = store.import_revision(request("one"), {});
  ImportRequest wanted = request("two");
  wanted.spec.boot_args = {"quiet"};
  const auto two = store.import_revision(wanted, {});
  ASSERT_TRUE(one && two);
  for (const char* file : {kRootfsFile, kKernelFile, kInitrdFile}) {
    EXPECT_EQ(files.peek_stamp(revision_file(*one, file))->id, files.peek_stamp(revision_file(*two, file))->id);
  }
  files.lose_power();
  ASSERT_TRUE(store.trash_revision(one->template_name, one->id));
  ASSERT_TRUE(store.purge(store.look().trash.front()));
  EXPECT_EQ(files.peek(revision_file(*two, kRootfsFile)), padded("an ext4 image"));
}

TEST_F(Import, TheSameContentFromNewInputsIsTheSameRevisionFoundByTheNewInputs) {
  const auto first = store.import_revision(request(), {});
  clock.advance(std::chrono::hours{1});
  files.put("/srv/image", "an ext4 image");  // touched: other stamps, same bytes
  const ImportRequest again = request();
  const auto second = store.import_revision(again, {});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->inputs, again.inputs);
  EXPECT_EQ(second->created, first->created);
  EXPECT_EQ(revisions().at(first->id)->inputs, again.inputs);
  EXPECT_THAT(revisions(), SizeIs(1));
  EXPECT_THAT(store.look().leftovers, IsEmpty());
}

TEST_F(Import, ImportingAgainChangesNothing) {
  ASSERT_TRUE(store.import_revision(request(), {}));
  const auto before = files.peek_tree("/state");
  ASSERT_TRUE(store.import_revision(request(), {}));
  EXPECT_EQ(files.peek_tree("/state"), before);
}

TEST_F(Import, ADamagedRecordIsWrittenAnew) {
  const auto revision = store.import_revision(request(), {});
  files.put(revision_file(*revision, kRevisionFile), "");
  EXPECT_TRUE(revisions().at(revision->id).unknown());
  ASSERT_TRUE(store.import_revision(request(), {}));
  EXPECT_TRUE(revisions().at(revision->id).known());
}

TEST_F(Import, ADamagedImageIsNotPassedOffAsTheRevision) {
  const auto revision = store.import_revision(request(), {});
  files.put(revision_file(*revision, kRevisionFile), "");
  files.put(revision_file(*revision, kRootfsFile), "short");
  EXPECT_EQ(store.import_revision(request(), {}).error().kind, ErrorKind::Corrupt);
}

// --- refusals

TEST_F(Import, AnotherSha256IsInvalidAndNamesBoth) {
  ImportRequest wanted = request();
  wanted.spec.image_sha256 = digest_of("something else");
  const Error error = refused(wanted);
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_THAT(error.message, HasSubstr(digest_of("an ext4 image").str()));
  EXPECT_THAT(error.message, HasSubstr(digest_of("something else").str()));
  files.put("/srv/image", "qcow2:an ext4 image");
  ImportRequest qcow2 = request();
  qcow2.spec.image_sha256 = digest_of("something else");
  EXPECT_EQ(refused(qcow2).kind, ErrorKind::Invalid);
}

TEST_F(Import, AMissingSourceIsNotFound) {
  for (const char* path : {"/srv/image", "/srv/kernel", "/srv/initrd"}) {
    const ImportRequest wanted = request();
    const std::string content = *files.peek(path);
    files.erase(path);
    const Error error = refused(wanted);
    EXPECT_EQ(error.kind, ErrorKind::NotFound);
    EXPECT_THAT(error.message, HasSubstr(path));
    files.put(path, content);
  }
}

TEST_F(Import, ASourceThatIsNoFileIsInvalid) {
  files.erase("/srv/kernel");
  files.put_directory("/srv/kernel");
  EXPECT_EQ(refused(request()).kind, ErrorKind::Invalid);
}

TEST_F(Import, ARefusedOrEmptyImageIsInvalid) {
  files.put("/srv/image", "encrypted:x");
  EXPECT_EQ(refused(request()).kind, ErrorKind::Invalid);
  files.put("/srv/image", "");
  EXPECT_EQ(refused(request()).kind, ErrorKind::Invalid);
  files.put("/srv/image", "an ext4 image");
  files.put("/srv/kernel", "");
  EXPECT_EQ(refused(request()).kind, ErrorKind::Invalid);
}

TEST_F(Import, ADiskSmallerThanTheImageIsInvalid) {
  ASSERT_TRUE(files.resize("/srv/image", 1_GiB));
  ImportRequest wanted = request();
  wanted.spec.disk_size = 512_MiB;
  EXPECT_EQ(refused(wanted).kind, ErrorKind::Invalid);
}

TEST_F(Import, TooLittleSpaceIsToldBeforeAnythingIsCopied) {
  files.put("/srv/image", std::string(3'000'000, 'x'));
  files.set_capacity(files.used() + 1_MiB);
  const Error error = refused(request());
  EXPECT_EQ(error.kind, ErrorKind::Exhausted);
  EXPECT_THAT(error.message, HasSubstr("needs 3Mi"));
  EXPECT_THAT(error.message, HasSubstr("1Mi free"));
  EXPECT_EQ(bulk.copies(), 0);
}

TEST_F(Import, AnUnreadableSourceIsDenied) {
  const ImportRequest wanted = request();
  files.deny("/srv/image");
  EXPECT_EQ(refused(wanted).kind, ErrorKind::Denied);
}

TEST_F(Import, CancellingLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(store.import_revision(request(), {stop.get_token(), {}}));
  EXPECT_THAT(files.peek_tree(layout.templates()), IsEmpty());
}

// --- sources that change

TEST_F(Import, AChangeSinceThePlanIsStale) {
  const ImportRequest planned = request();
  files.put("/srv/kernel", "another kernel");
  EXPECT_EQ(refused(planned).kind, ErrorKind::Stale);
}

TEST_F(Import, AChangeWhileCopyingIsStale) {
  for (const char* path : {"/srv/image", "/srv/kernel", "/srv/initrd"}) {
    bulk.meanwhile([&] { files.put(path, "changed underneath"); });
    EXPECT_EQ(refused(request()).kind, ErrorKind::Stale) << path;
  }
}

TEST_F(Import, AQcow2ThatChangesBetweenDigestAndConversionIsStale) {
  files.put("/srv/image", "qcow2:good");
  const ImportRequest wanted = request();
  bulk.meanwhile([&] { files.put("/srv/image", "qcow2:evil"); });  // right after its digest was taken
  EXPECT_EQ(refused(wanted).kind, ErrorKind::Stale);
}

TEST_F(Import, ANewHardLinkOfASourceIsNoChangeOfContentButReplanned) {
  const ImportRequest planned = request();
  ASSERT_TRUE(files.link("/srv/image", "/srv/image2"));
  EXPECT_EQ(refused(planned).kind, ErrorKind::Stale) << "ctime moved; the next plan has the new stamp";
  EXPECT_TRUE(store.import_revision(request(), {}));
}

// --- progress and trash

TEST_F(Import, ProgressRisesOverTheWholeWork) {
  for (const char* content : {"an ext4 image", "qcow2:an ext4 image"}) {
    files.put("/srv/image", content);
    std::vector<std::uint64_t> told;
    Bytes total;
    ASSERT_TRUE(store.import_revision(request(), {{}, [&](Bytes done, Bytes of) {
                                                    told.push_back(done.value);
                                                    total = of;
                                                  }}));
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    EXPECT_GT(told.size(), 4u);
    EXPECT_EQ(Bytes{told.back()}, total);
  }
}

TEST_F(Import, TheLastRevisionLeavesAnEmptyDirectoryThatIsCollected) {
  const auto revision = store.import_revision(request(), {});
  ASSERT_TRUE(store.trash_revision(revision->template_name, revision->id));
  ASSERT_TRUE(store.trash_revision(revision->template_name, revision->id)) << "absent is success";
  const StoreContents seen = store.look();
  EXPECT_THAT(seen.templates, IsEmpty());
  ASSERT_THAT(seen.trash, SizeIs(1));
  EXPECT_EQ(seen.trash.front().object, "Template/base");
  EXPECT_EQ(seen.trash.front().uid, std::nullopt);
  EXPECT_THAT(seen.leftovers, ::testing::ElementsAre(layout.template_dir("base")));
  ASSERT_TRUE(store.remove_leftover(layout.template_dir("base")));
  EXPECT_THAT(store.look().leftovers, IsEmpty());
}

TEST_F(Import, ATemplateInUseIsNeverALeftover) {
  const auto revision = store.import_revision(request(), {});
  EXPECT_FALSE(store.remove_leftover(layout.template_dir("base")));
  EXPECT_TRUE(store.revision("base", revision->id));
}

// --- dying and failing anywhere

namespace {

void expect_nothing_or_whole(const Broken& broken) {
  const StoreContents seen = broken.bed.store.look();
  ASSERT_THAT(seen.unreadable, IsEmpty());
  for (const auto& [name, revisions] : seen.templates) {
    for (const auto& [id, revision] : revisions) {
      ASSERT_TRUE(revision.known());
      const std::string content = *broken.bed.files.peek(broken.bed.revision_file(*revision, kRootfsFile));
      ASSERT_EQ(digest_of(content), revision->raw_sha256);
      ASSERT_EQ(digest_of(*broken.bed.files.peek(broken.bed.revision_file(*revision, kKernelFile))),
                *revision->kernel_sha256);
      ASSERT_EQ(digest_of(*broken.bed.files.peek(broken.bed.revision_file(*revision, kInitrdFile))),
                *revision->initrd_sha256);
    }
  }
}

void expect_rerun_converges(const Broken& broken, const ImportRequest& wanted) {
  for (const std::string& path : broken.bed.store.look().leftovers) {
    ASSERT_TRUE(broken.bed.store.remove_leftover(path));
  }
  const auto imported = broken.bed.store.import_revision(wanted, {});
  ASSERT_TRUE(imported) << to_string(imported.error());
  broken.bed.files.lose_power();
  const StoreContents seen = broken.bed.store.look();
  ASSERT_THAT(seen.leftovers, IsEmpty());
  ASSERT_EQ(seen.templates.at(wanted.template_name.str()).at(imported->id)->inputs, wanted.inputs);
  expect_nothing_or_whole(broken);
}

}  // namespace

TEST(ImportBroken, ARevisionIsWholeOrNotThere) {
  for (const char* image : {"an ext4 image", "qcow2:an ext4 image"}) {
    for_every_fault([&](StoreBed& bed) { bed.files.put("/srv/image", image); },
                    [](StoreBed& bed, Store& store) { return store.import_revision(bed.request(), {}).has_value(); },
                    [](const Broken& broken) {
                      expect_nothing_or_whole(broken);
                      const StoreContents seen = broken.bed.store.look();
                      broken.bed.files.lose_power();
                      ASSERT_EQ(broken.bed.store.look().templates, seen.templates) << "what a look saw stays";
                      expect_rerun_converges(broken, broken.bed.request());
                    });
  }
}

TEST(ImportBroken, ASharedImageIsNeverDamagedByTheImportThatSharesIt) {
  for_every_fault([](StoreBed& bed) { ASSERT_TRUE(bed.store.import_revision(bed.request("one"), {})); },
                  [](StoreBed& bed, Store& store) { return store.import_revision(bed.request("two"), {}).has_value(); },
                  [](const Broken& broken) {
                    expect_nothing_or_whole(broken);
                    ASSERT_EQ(broken.bed.store.look().templates.at("one").size(), 1u);
                    expect_rerun_converges(broken, broken.bed.request("two"));
                  });
}

TEST(ImportBroken, NewInputsOfOldContentAreRecordedOrNot) {
  for_every_fault(
      [](StoreBed& bed) {
        ASSERT_TRUE(bed.store.import_revision(bed.request(), {}));
        bed.files.put("/srv/image", "an ext4 image");
      },
      [](StoreBed& bed, Store& store) { return store.import_revision(bed.request(), {}).has_value(); },
      [](const Broken& broken) {
        expect_nothing_or_whole(broken);
        ASSERT_EQ(broken.bed.store.look().templates.at("base").size(), 1u);
        expect_rerun_converges(broken, broken.bed.request());
      });
}

TEST(ImportBroken, ARevisionIsInItsPlaceOrInTrash) {
  RevisionIdentity revision;
  for_every_fault(
      [&](StoreBed& bed) {
        const auto imported = bed.store.import_revision(bed.request(), {});
        ASSERT_TRUE(imported);
        revision = *imported;
      },
      [&](StoreBed&, Store& store) {
        return store.trash_revision(revision.template_name, revision.id).has_value();
      },
      [&](const Broken& broken) {
        const StoreContents seen = broken.bed.store.look();
        ASSERT_EQ(seen.templates.size() + seen.trash.size(), 1u);
        if (broken.succeeded) {
          ASSERT_TRUE(seen.templates.empty());
        }
        expect_nothing_or_whole(broken);
        ASSERT_TRUE(broken.bed.store.trash_revision(revision.template_name, revision.id));
        broken.bed.files.lose_power();
        ASSERT_TRUE(broken.bed.store.look().templates.empty());
        ASSERT_EQ(broken.bed.store.look().trash.size(), 1u);
      });
}

}  // namespace cowherd::testing
