// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/doctor_sources.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "reconciler/commands/program_output.h"
#include "reconciler/commands/settings.h"
#include "resources/files/unique_fd.h"

namespace cowherd {

namespace {

constexpr Span kProgramAnswers{5000};
constexpr std::pair<int, int> kOldestGit{2, 34};  // signatures by ssh keys

std::string name_of(const SourceConfig& source) { return "Source/" + source.name.str(); }

// 0 where there is no number.
int number_at(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Check check_git() {
  const std::string program = find_program("git");
  if (program.empty()) return {"git", Health::Fail, "it is not in PATH", "install it (Debian: apt install git)"};
  const auto line = first_line_of(program, {"--version"}, kProgramAnswers);
  return line ? check_git_version(*line) : Check{"git", Health::Fail, to_string(line.error()), "install it (Debian: apt install git)"};
}

Check check_program(const std::string& name, const std::string& package) {
  const std::string program = find_program(name);
  if (!program.empty()) return {name, Health::Ok, program, ""};
  return {name, Health::Fail, "a source needs it, and it is not in PATH", "install it (Debian: apt install " + package + ")"};
}

Check check_git_user() {
  if (::geteuid() != 0) return {"git user", Health::Ok, "git runs as the daemon's own user, which is not root", ""};
  const passwd* user = ::getpwnam(kGitUser);
  if (user != nullptr && user->pw_uid != 0) return {"git user", Health::Ok, kGitUser + (" (" + std::to_string(user->pw_uid) + ")"), ""};
  return {"git user", Health::Fail, std::string("there is no user ") + kGitUser + ", and git does not run as root",
          std::string("useradd --system --no-create-home --home-dir / --shell /usr/sbin/nologin ") + kGitUser};
}

struct NamedFile {
  std::string path{};
  ResourceName credential{};
  FileUse use = FileUse::Plain;
};

std::vector<NamedFile> files_of(const SourceConfig& source) {
  return {{source.password_file, source.password_credential, FileUse::Secret},
          {source.ssh_key_file, source.ssh_key_credential, FileUse::Secret},
          {source.webhook_secret_file, source.webhook_secret_credential, FileUse::Secret},
          {source.known_hosts_file, {}, FileUse::Plain},
          {source.ca_file, {}, FileUse::Plain},
          {source.allowed_signers_file, {}, FileUse::Plain},
          {source.gpg_keyring_file, {}, FileUse::Plain}};
}

void check_files(const SourceConfig& source, std::vector<Check>& checks) {
  for (const NamedFile& file : files_of(source)) {
    if (!file.path.empty()) checks.push_back(check_source_file(source, file.path, file.use));
    if (file.credential.str().empty()) continue;
    checks.push_back({name_of(source), Health::Ok, "credential '" + file.credential.str() + "': systemd shows it to the service alone", ""});
  }
}

}  // namespace

Check check_git_version(const std::string& line) {
  constexpr std::string_view kLead = "git version ";
  const std::string_view version = line.starts_with(kLead) ? std::string_view(line).substr(kLead.size()) : std::string_view();
  const std::size_t dot = std::min(version.find('.'), version.size());
  const std::pair found{number_at(version), number_at(version.substr(std::min(dot + 1, version.size())))};
  if (found >= kOldestGit) return {"git", Health::Ok, line, ""};
  return {"git", Health::Fail, "'" + line + "' is too old, or no git",
          "install " + std::to_string(kOldestGit.first) + "." + std::to_string(kOldestGit.second) + " or newer"};
}

Check check_source_file(const SourceConfig& source, const std::string& path, FileUse use) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat about {};
  if (!file.valid() || ::fstat(file.get(), &about) != 0) {
    return {name_of(source), Health::Fail, "'" + path + "' cannot be read: " + std::strerror(errno), "the daemon reads it for each fetch"};
  }
  if (!S_ISREG(about.st_mode)) return {name_of(source), Health::Fail, "'" + path + "' is no file", "name a file"};
  if (use == FileUse::Secret && (about.st_mode & S_IRWXO) != 0) {
    return {name_of(source), Health::Warn, "'" + path + "' is a secret that every user of this host may read", "chmod 0600 " + path};
  }
  return {name_of(source), Health::Ok, "'" + path + "' can be read", ""};
}

std::vector<Check> check_source_needs(const std::vector<SourceConfig>& sources) {
  std::vector<Check> checks;
  const auto any = [&](const auto& holds) { return std::any_of(sources.begin(), sources.end(), holds); };
  if (!any([](const SourceConfig& each) { return !each.git_url.empty(); })) return checks;
  checks.push_back(check_git());
  checks.push_back(check_git_user());
  if (any([](const SourceConfig& each) { return each.git_url.starts_with("ssh:"); })) checks.push_back(check_program("ssh", "openssh-client"));
  if (any([](const SourceConfig& each) { return !each.allowed_signers_file.empty(); })) {
    checks.push_back(check_program("ssh-keygen", "openssh-client"));
  }
  if (any([](const SourceConfig& each) { return !each.gpg_keyring_file.empty(); })) checks.push_back(check_program("gpg", "gnupg"));
  for (const SourceConfig& source : sources) check_files(source, checks);
  return checks;
}

std::vector<Check> check_sources(const std::vector<SourceStatus>& sources) {
  std::vector<Check> checks;
  for (const SourceStatus& source : sources) {
    const std::string name = "Source/" + source.name.str();
    const std::string at = source.revision.empty() ? "" : " at " + source.revision.substr(0, 7) + (source.pinned ? ", pinned" : "");
    const std::string standing = source.place + at + ", " + std::to_string(source.objects) + " objects in force";
    if (source.ready) {
      checks.push_back({name, Health::Ok, standing, ""});
    } else {
      checks.push_back({name, Health::Warn, standing + "; " + source.reason + ": " + source.message, "'cowherd source list' tells more"});
    }
  }
  return checks;
}

}  // namespace cowherd
