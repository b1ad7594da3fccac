// SPDX-License-Identifier: Apache-2.0
// Servers that answer over a network, those that do not, and what is left when a look at one is given up or killed.
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/contract/block_bed.h"
#include "tests/git/inetd_server.h"
#include "tests/git/repository_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class GitServers : public GitProgramTest {
 protected:
  GitPlace at(const std::string& url) {
    GitPlace place = bed_.place();
    place.url = url;
    return place;
  }
};

TEST_F(GitServers, AGitDaemonIsFollowed) {
  const InetdServer daemon({"/usr/bin/git", "daemon", "--inetd", "--export-all", "--base-path=" + bed_.path("")});
  const GitPlace place = at("git://" + daemon.host() + "/repository");
  const CommitId first = bed_.head();
  ASSERT_EQ(*tip(place), first);
  const CommitId second = bed_.commit_file("later.yaml", "x");
  EXPECT_EQ(revision(place, second, first).files.size(), 2U);
  EXPECT_THAT(tip(at("git://" + daemon.host() + "/other")), FailsWith(ErrorKind::NotFound));
}

TEST_F(GitServers, OneThatNeverAnswersIsBusyAfterTheTimeout) {
  const InetdServer silent({});
  GitPlace place = at("git://" + silent.host() + "/x");
  place.timeout = Span{500};
  const Result<CommitId> none = tip(place);
  EXPECT_THAT(none, FailsWith(ErrorKind::Busy));
  EXPECT_THAT(none.error().message, AllOf(HasSubstr(place.url), HasSubstr("500ms")));
  EXPECT_THAT(fetch(place, bed_.head()), FailsWith(ErrorKind::Busy));
  EXPECT_FALSE(bed_.has_leftovers());
}

TEST_F(GitServers, NobodyThereIsBusy) { EXPECT_THAT(tip(at("git://127.0.0.1:1/x")), FailsWith(ErrorKind::Busy)); }

TEST_F(GitServers, ANameThatNobodyKnowsSaysSo) {
  const Result<CommitId> none = tip(at("https://nowhere.invalid/x"));
  EXPECT_THAT(none, FailsWith(ErrorKind::Failed));
  EXPECT_THAT(none.error().hint, HasSubstr("name"));
}

TEST_F(GitServers, OneThatTalksNonsenseIsAnError) {
  const InetdServer echo({"/bin/sh", "-c", "head -c 100000 /dev/zero | tr '\\0' 'z'"});
  const Result<CommitId> none = tip(at("git://" + echo.host() + "/x"));
  EXPECT_THAT(none, FailsWith(ErrorKind::Corrupt));
}

TEST_F(GitServers, ALookCanBeGivenUp) {
  std::stop_source source;
  const InetdServer silent({}, [&source] { source.request_stop(); });
  const GitPlace place = at("git://" + silent.host() + "/x");
  const auto given_up = GitProgram(bed_.settings()).fetch(place, bed_.head(), {}, source.get_token());
  ASSERT_THAT(given_up, FailsWith(ErrorKind::Failed));
  EXPECT_THAT(given_up.error().message, HasSubstr("cancelled"));
  EXPECT_FALSE(bed_.has_leftovers());
}

TEST_F(GitServers, WhatAKilledProcessLeftIsRemovedByTheNext) {
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const InetdServer silent({}, [&told] { EXPECT_EQ(::write(told[1], "x", 1), 1); });
  const GitPlace place = at("git://" + silent.host() + "/x");
  const pid_t looking = ::fork();
  if (looking == 0) {
    static_cast<void>(tip(place));
    ::_exit(0);
  }
  char connected = 0;
  ASSERT_EQ(::read(told[0], &connected, 1), 1);
  ::kill(looking, SIGKILL);
  ::waitpid(looking, nullptr, 0);
  EXPECT_TRUE(bed_.has_leftovers());
  EXPECT_THAT(tip(), Succeeds());
  EXPECT_FALSE(bed_.has_leftovers());
}

// --- ssh

class Ssh : public GitServers {
 protected:
  Ssh() {
    for (const char* key : {"host_key", "user_key", "other_key"}) {
      bed_.run("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", bed_.path(key)});
    }
    ::mkdir("/run/sshd", 0755);  // where sshd puts itself before somebody logged in
    std::filesystem::copy_file(bed_.path("user_key.pub"), bed_.path("authorized_keys"));
    write("sshd_config", "HostKey " + bed_.path("host_key") + "\nAuthorizedKeysFile " + bed_.path("authorized_keys") +
                             "\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n");
    write("known_hosts", known(bed_.path("host_key.pub")));
    place_ = at("ssh://" + bed_.run("id", {"-un"}) + "@" + server_.host() + bed_.repository());
    place_.access.ssh_key_file = bed_.path("user_key");
    place_.access.known_hosts_file = bed_.path("known_hosts");
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(bed_.path(name)) << text; }
  std::string known(const std::string& key) {
    std::ifstream from(key);
    std::string type;
    std::string text;
    from >> type >> text;
    return "[127.0.0.1]:" + server_.host().substr(10) + " " + type + " " + text + "\n";
  }

  const InetdServer server_{{"/usr/sbin/sshd", "-i", "-f", bed_.path("sshd_config")}};
  GitPlace place_{};
};

TEST_F(Ssh, AKeyAndAKnownHostLeadToTheRepository) {
  const CommitId first = bed_.head();
  ASSERT_EQ(*tip(place_), first);
  const CommitId second = bed_.commit_file("later.yaml", "x");
  EXPECT_EQ(revision(place_, second, first).id, second);
}

// Such a server speaks the old protocol, since ssh may not hand over the word for the new one.
TEST_F(Ssh, ACommitThatNoBranchNamesAnyMoreIsHadThroughTheOnesAfterIt) {
  const CommitId first = bed_.head();
  bed_.commit_file("later.yaml", "x");
  place_.ref = {RefKind::Commit, first.str()};
  EXPECT_EQ(revision(place_, first).files.size(), 1U);
  const std::string absent(40, '1');
  place_.ref.name = absent;
  EXPECT_THAT(fetch(place_, *CommitId::make(absent)), FailsWith(ErrorKind::NotFound));
}

TEST_F(Ssh, AnotherKeyOfTheHostIsNeverTrusted) {
  write("known_hosts", known(bed_.path("other_key.pub")));
  const Result<CommitId> none = tip(place_);
  EXPECT_THAT(none, FailsWith(ErrorKind::Denied));
  EXPECT_THAT(none.error().hint, HasSubstr("knownHostsFile"));
  write("known_hosts", "# nobody\n");
  EXPECT_THAT(tip(place_), FailsWith(ErrorKind::Denied));
  place_.access.known_hosts_file.clear();
  EXPECT_THAT(tip(place_), FailsWith(ErrorKind::Invalid));
}

TEST_F(Ssh, AKeyThatTheServerDoesNotKnowIsDenied) {
  place_.access.ssh_key_file = bed_.path("other_key");
  EXPECT_THAT(tip(place_), FailsWith(ErrorKind::Denied));
  write("no_key", "not a key\n");
  place_.access.ssh_key_file = bed_.path("no_key");
  const Result<CommitId> none = tip(place_);
  EXPECT_FALSE(none);
  place_.access.ssh_key_file = bed_.path("absent_key");
  EXPECT_THAT(tip(place_), FailsWith(ErrorKind::Invalid));
}

TEST_F(Ssh, ARepositoryThatIsNotThereIsNotFound) {
  place_.url += "-not";
  EXPECT_THAT(tip(place_), FailsWith(ErrorKind::NotFound));
}

}  // namespace
}  // namespace cowherd::testing
