// SPDX-License-Identifier: Apache-2.0
// inotify queues an event before the call that caused it returns, so nothing here waits.
#include "reconciler/source/directory_watcher.h"

#include <poll.h>

#include "tests/unit/source/manifest_directory.h"

namespace cowherd::testing {
namespace {

class DirectoryWatcherTest : public ::testing::Test {
 protected:
  void watch(const std::string& name) {
    watcher_ = std::make_unique<DirectoryWatcher>(directory_.path(name));
    arm();
  }
  void arm() {
    EXPECT_EQ(watcher_->re_arm(), "");
    watcher_->drain();
  }
  bool readable() {
    pollfd waiting{watcher_->fd(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
  }
  bool woken() { return watcher_->drain(); }

  ManifestDirectory directory_{};
  std::unique_ptr<DirectoryWatcher> watcher_{};
};

TEST_F(DirectoryWatcherTest, SeesAFileCreatedChangedRenamedAndDeleted) {
  watch("manifests");
  EXPECT_FALSE(readable());
  directory_.put("manifests/a.yaml", "x");
  EXPECT_TRUE(readable());
  EXPECT_TRUE(woken());
  EXPECT_FALSE(readable());
  directory_.append("manifests/a.yaml", "y");
  EXPECT_TRUE(woken());
  directory_.rename("manifests/a.yaml", "manifests/b.yaml");
  EXPECT_TRUE(woken());
  directory_.remove("manifests/b.yaml");
  EXPECT_TRUE(woken());
  EXPECT_FALSE(woken());
}

TEST_F(DirectoryWatcherTest, SeesAFileRenamedInFromElsewhere) {
  watch("manifests");
  directory_.put("new", "x");
  EXPECT_FALSE(woken());  // beside the directory
  directory_.rename("new", "manifests/a.yaml");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, LeavesEditorsByProductsAlone) {
  watch("manifests");
  directory_.put("manifests/.a.yaml.swp", "x");
  directory_.put("manifests/a.yaml~", "x");
  EXPECT_FALSE(woken());
}

TEST_F(DirectoryWatcherTest, SeesIntoSubdirectoriesAfterReArming) {
  watch("manifests");
  std::filesystem::create_directory(directory_.path("manifests/team"));
  EXPECT_TRUE(woken());
  arm();
  directory_.put("manifests/team/a.yaml", "x");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, ReArmingTwiceChangesNothing) {
  watch("manifests");
  arm();
  arm();
  EXPECT_FALSE(readable());
  directory_.put("manifests/a.yaml", "x");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, SeesTheDirectoryVanishAndComeBack) {
  watch("manifests");
  directory_.remove("manifests");
  EXPECT_TRUE(woken());
  arm();
  EXPECT_FALSE(woken());
  std::filesystem::create_directory(directory_.path("manifests"));
  EXPECT_TRUE(woken());
  arm();
  directory_.put("manifests/a.yaml", "x");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, SeesTheDirectoryMovedAway) {
  watch("manifests");
  directory_.rename("manifests", "elsewhere");
  EXPECT_TRUE(woken());
  arm();
  directory_.put("elsewhere/a.yaml", "x");
  EXPECT_FALSE(woken());  // nobody's business any more
}

TEST_F(DirectoryWatcherTest, SeesMissingParentsBeingMade) {
  watch("deep/er/manifests");
  for (const char* name : {"deep", "deep/er", "deep/er/manifests", "deep/er/manifests/a.yaml"}) {
    std::filesystem::create_directory(directory_.path(name));
    EXPECT_TRUE(woken()) << name;
    arm();
  }
}

TEST_F(DirectoryWatcherTest, SeesAParentRemovedAndMadeAgain) {
  directory_.put("parent/manifests/a.yaml", "x");
  watch("parent/manifests");
  directory_.remove("parent");
  EXPECT_TRUE(woken());
  arm();
  std::filesystem::create_directory(directory_.path("parent"));
  EXPECT_TRUE(woken());
  arm();
  std::filesystem::create_directory(directory_.path("parent/manifests"));
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, SeesAGitSyncSwapAndFollowsIt) {
  directory_.put("one/a.yaml", "1");
  directory_.put("two/a.yaml", "2");
  directory_.link("current", "one");
  watch("current");
  directory_.swap_link("current", "two");
  EXPECT_TRUE(woken());
  arm();
  directory_.put("one/a.yaml", "old");
  EXPECT_FALSE(woken());
  directory_.put("two/a.yaml", "new");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, SeesASwapOfALinkInTheMiddleOfThePath) {
  directory_.put("one/manifests/a.yaml", "1");
  directory_.put("two/manifests/a.yaml", "2");
  directory_.link("current", "one");
  watch("current/manifests");
  directory_.swap_link("current", "two");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, SeesAConfigMapSwapAndEditsBehindIt) {
  directory_.put("manifests/..1/a.yaml", "1");
  directory_.put("manifests/..2/a.yaml", "2");
  directory_.link("manifests/..data", "..1");
  directory_.link("manifests/a.yaml", "..data/a.yaml");
  watch("manifests");
  directory_.put("manifests/..1/a.yaml", "edited in place");
  EXPECT_TRUE(woken());
  directory_.swap_link("manifests/..data", "..2");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, ALoopOfSymlinksIsNoTrouble) {
  directory_.link("loop", "loop");
  watch("loop");
  directory_.swap_link("loop", "manifests");
  EXPECT_TRUE(woken());
}

TEST_F(DirectoryWatcherTest, LostEventsMeanLookAgain) {
  watch("manifests");
  std::ifstream setting("/proc/sys/fs/inotify/max_queued_events");
  int most = 16'384;
  setting >> most;
  // Names alternate, because the kernel folds equal events that follow each other.
  directory_.put("manifests/a~", "");
  directory_.put("manifests/b~", "");
  for (int i = 0; i <= most; ++i) {
    const std::string path = directory_.path(i % 2 == 0 ? "manifests/a~" : "manifests/b~");
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  }
  EXPECT_TRUE(woken());  // by-products alone would not wake
}

}  // namespace
}  // namespace cowherd::testing
