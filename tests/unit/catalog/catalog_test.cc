// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "resources/catalog/event_limits.h"
#include "resources/catalog/sqlite/sqlite_catalog.h"
#include "resources/files/linux_file_system.h"
#include "tests/contract/catalog_contract.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/memory_catalog.h"

namespace cowherd::testing {

namespace {

class SqliteBed final : public CatalogBed {
 public:
  SqliteBed() { restart(); }
  Catalog& catalog() override { return *opened_.catalog; }
  CatalogIndex& index() override { return *opened_.catalog; }
  void restart() override {
    opened_.catalog.reset();
    auto opened = SqliteCatalog::open(directory_ / "catalog.db", DatabaseAccess::ReadWrite, at_minute(0));
    if (opened) opened_ = *std::move(opened);
    EXPECT_TRUE(opened_.catalog != nullptr);
    EXPECT_EQ(opened_.moved_aside, "");
  }

 private:
  TemporaryDirectory directory_{};
  OpenedCatalog opened_{};
};

class MemoryBed final : public CatalogBed {
 public:
  Catalog& catalog() override { return catalog_; }
  CatalogIndex& index() override { return catalog_; }
  void restart() override {}

 private:
  Faults faults_{};
  MemoryCatalog catalog_{faults_};
};

template <class Bed>
std::unique_ptr<CatalogBed> make_bed() {
  return std::make_unique<Bed>();
}

class CatalogFile : public ::testing::Test {
 protected:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  std::string path_ = directory_ / "catalog.db";

  Result<OpenedCatalog> open(DatabaseAccess access = DatabaseAccess::ReadWrite) {
    return SqliteCatalog::open(path_, access, at_minute(0));
  }
  // Changes the file by other means.
  void run(const std::string& sql) {
    auto database = Database::open(path_, DatabaseAccess::ReadWrite);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute(sql)) << sql;
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    const auto entries = files_.list(directory_.path());
    for (const FileEntry& entry : *entries) found.push_back(entry.name);
    return found;
  }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite, CatalogContract, ::testing::Values(&make_bed<SqliteBed>));
INSTANTIATE_TEST_SUITE_P(Memory, CatalogContract, ::testing::Values(&make_bed<MemoryBed>));

TEST_F(CatalogFile, IsReadableByItsOwnerOnly) {
  const auto opened = open();
  ASSERT_TRUE(opened) << to_string(opened.error());
  for (const std::string& name : names()) {
    struct stat found {};
    ASSERT_EQ(::stat((directory_ / name).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(CatalogFile, AReaderOfNoneIsToldSoAndMakesNothing) {
  EXPECT_EQ(open(DatabaseAccess::ReadOnly).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(names().empty());
}

TEST_F(CatalogFile, AReaderOfAnEmptyFileIsToldThereIsNoneYet) {
  ASSERT_TRUE(files_.write(path_, ""));
  EXPECT_EQ(open(DatabaseAccess::ReadOnly).error().kind, ErrorKind::NotFound);
}

TEST_F(CatalogFile, AReaderSeesWhatTheWriterWritesAndCannotWrite) {
  const auto writer = open();
  const auto reader = open(DatabaseAccess::ReadOnly);
  ASSERT_TRUE(writer && reader);
  ASSERT_TRUE(writer->catalog->set_generation("Sandbox/web", {1, "a"}));
  EXPECT_EQ(reader->catalog->recall()->generations.size(), 1u);
  EXPECT_EQ(reader->catalog->set_generation("Sandbox/db", {1, "a"}).error().kind, ErrorKind::Denied);
  ASSERT_TRUE(writer->catalog->add_event(event_at(0)));
  EXPECT_EQ(reader->catalog->events("", 10)->size(), 1u);
}

TEST_F(CatalogFile, AReaderAfterTheWriterLeftWorks) {
  { ASSERT_TRUE(open()->catalog->set_generation("Sandbox/web", {1, "a"})); }
  const auto reader = open(DatabaseAccess::ReadOnly);
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ(reader->catalog->recall()->generations.size(), 1u);
}

TEST_F(CatalogFile, ABrokenOneIsMovedAsideAndToldOf) {
  ASSERT_TRUE(files_.write(path_, std::string(8192, 'x')));
  EXPECT_EQ(open(DatabaseAccess::ReadOnly).error().kind, ErrorKind::Corrupt);
  EXPECT_EQ(files_.stat(path_)->size, Bytes{8192}) << "a reader touches nothing";
  const auto opened = open();
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ(opened->moved_aside, path_ + ".broken-" + print_moment(at_minute(0)));
  EXPECT_NE(opened->reason, "");
  EXPECT_EQ(*files_.read(opened->moved_aside, 1_MiB), std::string(8192, 'x'));
  EXPECT_TRUE(opened->catalog->set_generation("Sandbox/web", {1, "a"}));
}

TEST_F(CatalogFile, DamageInTheMiddleIsFound) {
  {
    const auto opened = open();
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(opened->catalog->set_generation("Sandbox/s" + std::to_string(i), {i, std::string(64, 'a')}));
    }
  }
  std::string content = *files_.read(path_, 16_MiB);
  for (std::size_t at = 4096; at + 64 < content.size(); at += 4096) content.replace(at, 64, 64, '\xee');
  ASSERT_TRUE(files_.write(path_, content));
  const auto opened = open();
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_NE(opened->moved_aside, "");
  EXPECT_EQ(opened->catalog->recall().value(), CatalogMemory{});
}

TEST_F(CatalogFile, ACutOneIsOpenedOrMovedAsideNeverRefused) {
  { ASSERT_TRUE(open()->catalog->set_generation("Sandbox/web", {1, "a"})); }
  const std::string content = *files_.read(path_, 16_MiB);
  for (std::size_t cut = 0; cut <= content.size(); cut += 997) {
    ASSERT_TRUE(files_.write(path_, content.substr(0, cut)));
    const auto opened = open();
    ASSERT_TRUE(opened) << cut << ": " << to_string(opened.error());
    EXPECT_TRUE(opened->catalog->recall()) << cut;
  }
}

TEST_F(CatalogFile, ADatabaseOfAnotherProgramIsMovedAside) {
  ASSERT_TRUE(files_.write(path_, ""));
  run("CREATE TABLE holidays (day TEXT)");
  EXPECT_EQ(open(DatabaseAccess::ReadOnly).error().kind, ErrorKind::Corrupt);
  EXPECT_NE(open()->moved_aside, "");
}

TEST_F(CatalogFile, ANewerOneIsLeftAlone) {
  { ASSERT_TRUE(open()); }
  run("PRAGMA user_version = 99");
  for (const DatabaseAccess access : {DatabaseAccess::ReadWrite, DatabaseAccess::ReadOnly}) {
    const auto opened = open(access);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Invalid);
    EXPECT_THAT(opened.error().hint, ::testing::HasSubstr("newer cowherd"));
  }
  EXPECT_THAT(names(), ::testing::Contains("catalog.db"));
}

TEST_F(CatalogFile, WithoutItsDirectoryIsNotFound) {
  path_ = directory_ / "none/catalog.db";
  EXPECT_EQ(open().error().kind, ErrorKind::NotFound);
}

TEST_F(CatalogFile, IsDurableWhenACallReturns) {
  const auto opened = open();
  ASSERT_TRUE(opened->catalog->begin_intent({0, "Sandbox/web", "x", "", at_minute(0)}));
  // As kill -9 leaves it: the files as they are now, without the writer's farewell.
  for (const char* suffix : {"", "-wal"}) {
    ASSERT_TRUE(files_.write(directory_ / ("copy.db" + std::string(suffix)), *files_.read(path_ + suffix, 16_MiB)));
  }
  path_ = directory_ / "copy.db";
  const auto copy = open();
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->moved_aside, "");
  EXPECT_EQ(copy->catalog->recall()->open_intents.size(), 1u);
}

TEST_F(CatalogFile, ManyThreadsShareOne) {
  const auto opened = open();
  Catalog& catalog = *opened->catalog;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&catalog, &failures, t] {
      for (int i = 0; i < 20; ++i) {
        const auto id = catalog.begin_intent({0, "Sandbox/" + std::to_string(t), "x", "", at_minute(0)});
        if (!id || !catalog.finish_intent(*id, OutcomeKind::Done, at_minute(1), "")) ++failures;
        if (!catalog.recall()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_TRUE(catalog.recall()->open_intents.empty());
}

TEST_F(CatalogFile, KeepsAtMostTwentyThousandEvents) {
  const auto opened = open();
  ASSERT_TRUE(opened->catalog->add_event(event_at(0, "Sandbox/first")));
  run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000) INSERT INTO events "
      "(object, type, reason, message, first, last, count) SELECT 'Sandbox/web', 0, 'R', 'm' || i, " +
      std::to_string(at_minute(1).time_since_epoch().count()) + ", " +
      std::to_string(at_minute(1).time_since_epoch().count()) + ", 1 FROM n");
  ASSERT_TRUE(opened->catalog->add_event(event_at(2, "Sandbox/last")));
  EXPECT_EQ(static_cast<std::int64_t>(opened->catalog->events("", 100'000)->size()), kMostEvents);
  EXPECT_TRUE(opened->catalog->events("Sandbox/first", 1)->empty());
  EXPECT_EQ(opened->catalog->events("Sandbox/last", 1)->size(), 1u);
}

TEST(MemoryCatalogOfTheTests, ForgetsAllWhenItIsLost) {
  Faults faults;
  MemoryCatalog catalog(faults);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(catalog.add_event(event_at(0, "Sandbox/web", std::to_string(i))));
  EXPECT_EQ(catalog.peek_events().size(), 30u);
  catalog.lose();
  EXPECT_TRUE(catalog.peek_events().empty());
}

TEST(Outcome, IsSpelledForPeople) {
  EXPECT_EQ(to_string(OutcomeKind::AlreadySo), "already so");
  EXPECT_EQ(to_string(OutcomeKind::HeldBack), "held back");
}

}  // namespace cowherd::testing
