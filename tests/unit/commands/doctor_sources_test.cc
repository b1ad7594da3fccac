// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/doctor_sources.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SourceConfig source(const std::string& url) {
  SourceConfig made;
  made.name = *ResourceName::make("fleet");
  made.git_url = url;
  return made;
}

TEST(DoctorSources, WithoutARepositoryNothingIsNeeded) {
  EXPECT_THAT(check_source_needs({}), IsEmpty());
  SourceConfig directory = source("");
  directory.directory_path = "/srv";
  EXPECT_THAT(check_source_needs({directory}), IsEmpty());
}

TEST(DoctorSources, ProgramsAreLookedForWhereASourceAsksForThem) {
  const auto https = check_source_needs({source("https://host/x")});
  EXPECT_THAT(https, Contains(Field(&Check::name, "git")));
  EXPECT_THAT(https, Not(Contains(Field(&Check::name, "ssh"))));
  EXPECT_THAT(https, Not(Contains(Field(&Check::name, "gpg"))));
  SourceConfig signed_one = source("ssh://git@host/x");
  signed_one.gpg_keyring_file = "/nowhere/keys";
  const auto ssh = check_source_needs({signed_one});
  EXPECT_THAT(ssh, Contains(Field(&Check::name, "ssh")));
  EXPECT_THAT(ssh, Contains(Field(&Check::name, "gpg")));
  EXPECT_THAT(ssh, Contains(Field(&Check::finding, HasSubstr("/nowhere/keys"))));
}

TEST(DoctorSources, AGitThatCannotCheckSshSignaturesIsTooOld) {
  EXPECT_EQ(check_git_version("git version 2.39.5").health, Health::Ok);
  EXPECT_EQ(check_git_version("git version 2.34.1.windows.1").health, Health::Ok);
  EXPECT_EQ(check_git_version("git version 3.0.0").health, Health::Ok);
  for (const char* line : {"git version 2.30.2", "git version 1.9", "", "gti version 2.39"}) {
    EXPECT_EQ(check_git_version(line).health, Health::Fail) << line;
  }
}

TEST(DoctorSources, ASecretIsForItsOwnerAndGroup) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/token";
  std::ofstream(path) << "secret\n";
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(check_source_file(source("https://host/x"), path, FileUse::Secret).health, Health::Warn);
  EXPECT_EQ(check_source_file(source("https://host/x"), path, FileUse::Plain).health, Health::Ok);
  ::chmod(path.c_str(), 0640);
  EXPECT_EQ(check_source_file(source("https://host/x"), path, FileUse::Secret).health, Health::Ok);
  EXPECT_EQ(check_source_file(source("https://host/x"), path + "2", FileUse::Secret).health, Health::Fail);
  EXPECT_EQ(check_source_file(source("https://host/x"), directory.path(), FileUse::Plain).health, Health::Fail);
}

TEST(DoctorSources, EachSaysHowItStands) {
  SourceStatus status;
  status.name = *ResourceName::make("fleet");
  status.place = "https://host/x, branch main";
  status.revision = std::string(40, 'a');
  status.objects = 3;
  EXPECT_EQ(check_sources({status}).front(), (Check{"Source/fleet", Health::Ok, "https://host/x, branch main at aaaaaaa, 3 objects in force", ""}));
  status.ready = false;
  status.reason = "ServerSlow";
  status.message = "no answer";
  EXPECT_EQ(check_sources({status}).front().health, Health::Warn);
  EXPECT_THAT(check_sources({status}).front().finding, HasSubstr("ServerSlow: no answer"));
}

}  // namespace
}  // namespace cowherd::testing
