// SPDX-License-Identifier: Apache-2.0
// As whom git runs, and what it can reach. What takes privilege to see is seen as root only.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "resources/process/path_rights.h"
#include "tests/contract/block_bed.h"
#include "tests/git/inetd_server.h"
#include "tests/git/repository_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// "Name:<tab>value" of every process that came from this one, by what it executes.
std::map<std::string, std::string> descendants_of(const std::string& pid) {
  std::map<std::string, std::string> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task")) {
    std::istringstream children(text_of(task.path() / "children"));
    for (std::string child; children >> child;) {
      found[std::filesystem::read_symlink("/proc/" + child + "/exe").filename()] = text_of("/proc/" + child + "/status") + text_of("/proc/" + child + "/limits");
      found.merge(descendants_of(child));
    }
  }
  return found;
}

class Confined : public GitProgramTest {
 protected:
  // What a script says that runs in the place of git.
  std::string said_by(const std::string& script) {
    const std::string program = bed_.path("git");
    std::ofstream(program) << "#!/bin/sh\n{ " << script << "; } >&2\nexit 1\n";
    ::chmod(program.c_str(), 0755);
    GitProgramSettings settings = bed_.settings();
    settings.program = program;
    const auto failed = GitProgram(settings).tip(bed_.place(), {});
    return failed ? "it succeeded" : failed.error().message;
  }
};

TEST_F(Confined, ARunningGitHasAUserOfItsOwnNoCapabilityAndNoWayToOne) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  std::stop_source source;
  std::map<std::string, std::string> seen;
  const InetdServer silent({}, [&] {
    seen = descendants_of("self");
    source.request_stop();
  });
  GitPlace place = bed_.place();
  place.url = "git://" + silent.host() + "/x";
  EXPECT_FALSE(GitProgram(bed_.settings()).tip(place, source.get_token()));
  ASSERT_EQ(seen.count("git"), 1U);
  EXPECT_THAT(seen["git"], AllOf(HasSubstr("Uid:\t65534\t65534\t65534\t65534\n"), HasSubstr("Gid:\t65534\t65534\t65534\t65534\n"), HasSubstr("Groups:\t \n"),
                                 HasSubstr("CapInh:\t0000000000000000\n"), HasSubstr("CapPrm:\t0000000000000000\n"), HasSubstr("CapEff:\t0000000000000000\n"),
                                 HasSubstr("CapAmb:\t0000000000000000\n"), HasSubstr("NoNewPrivs:\t1\n")));
}

TEST_F(Confined, ItSeesTheEnvironmentThatWasMadeForIt) {
  EXPECT_THAT(said_by("env | cut -d= -f1 | sort | tr '\\n' ' '"),
              HasSubstr("GIT_ALLOW_PROTOCOL GIT_ASKPASS GIT_ATTR_NOSYSTEM GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_DIR GIT_NO_REPLACE_OBJECTS "
                        "GIT_SSH_COMMAND GIT_SSH_VARIANT GIT_TERMINAL_PROMPT GNUPGHOME HOME LC_ALL PATH PWD TMPDIR XDG_CONFIG_HOME"));
}

TEST_F(Confined, ItReadsNothingOfTheStateDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  std::ofstream(bed_.state() + "/secret") << "secret text\n";
  EXPECT_THAT(said_by("cat " + bed_.state() + "/secret && echo reached"), AllOf(HasSubstr("No such file"), Not(HasSubstr("reached"))));
}

TEST_F(Confined, ItWritesToItsOwnDirectoryAlone) {
  const Result<UniqueFd> ruleset = landlock_ruleset(PathRights{{}, {"/tmp"}});
  ASSERT_THAT(ruleset, Succeeds());
  if (!ruleset->valid()) GTEST_SKIP() << "this kernel has no Landlock";
  const std::string open = bed_.path("open");
  std::filesystem::create_directory(open);
  ::chmod(open.c_str(), 0777);
  const std::string said = said_by("echo x >here && echo inside; echo x >" + open + "/there || echo refused");
  EXPECT_THAT(said, AllOf(HasSubstr("inside"), HasSubstr("refused")));
  EXPECT_TRUE(std::filesystem::is_empty(open));
}

TEST_F(Confined, AUserThatDoesNotExistIsInvalidWithTheWordToMakeIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  GitProgramSettings settings = bed_.settings();
  settings.user = "cowherd-nobody";
  const auto none = GitProgram(settings).tip(bed_.place(), {});
  EXPECT_THAT(none, FailsWith(ErrorKind::Invalid));
  EXPECT_THAT(none.error().hint, HasSubstr("useradd --system"));
  settings.user = "root";
  EXPECT_THAT(GitProgram(settings).tip(bed_.place(), {}), FailsWith(ErrorKind::Invalid));
}

TEST_F(Confined, WithoutAGitThereIsAWordAboutIt) {
  GitProgramSettings settings = bed_.settings();
  settings.program = "/usr/bin/cowherd-has-no-git";
  const auto none = GitProgram(settings).tip(bed_.place(), {});
  EXPECT_THAT(none, FailsWith(ErrorKind::Failed));
  EXPECT_THAT(none.error().hint, HasSubstr("install"));
}

TEST_F(Confined, AFileThatIsLentHasToBeOfUse) {
  GitPlace place = bed_.place();
  place.url = "https://127.0.0.1:1/x";
  place.access.password_file = bed_.path("password");
  EXPECT_THAT(tip(place), FailsWith(ErrorKind::Invalid)) << "it is not there";
  std::ofstream(bed_.path("password")) << "";
  EXPECT_THAT(tip(place), FailsWith(ErrorKind::Invalid)) << "it is empty";
  std::ofstream(bed_.path("password")) << "two\nlines\n";
  EXPECT_THAT(tip(place), FailsWith(ErrorKind::Invalid));
  std::ofstream(bed_.path("password")) << "one line\n";
  EXPECT_THAT(tip(place), FailsWith(ErrorKind::Busy)) << "nobody listens there";
}

}  // namespace
}  // namespace cowherd::testing
