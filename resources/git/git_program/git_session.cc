// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/git_session.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "resources/git/git_program/git_files.h"

namespace cowherd {

namespace {

constexpr Bytes kAddressSpace = 1_GiB;
constexpr std::size_t kMostOutput = 32 << 20;  // names of a commit, or its manifests
constexpr std::uint64_t kDescriptors = 256;
constexpr Span kSizeInterval{100};
constexpr const char* kUserHint = "useradd --system --home-dir / --shell /usr/sbin/nologin ";

// Programs, libraries, names of hosts and users, certificates.
const std::vector<std::string> kReadable = {"/usr",      "/bin",          "/sbin",          "/lib",
                                            "/lib32",    "/lib64",        "/libx32",        "/etc",
                                            "/opt",      "/nix/store",    "/run/nscd",      "/run/systemd/resolve",
                                            "/dev/zero", "/dev/random",   "/dev/urandom",   "/run/resolvconf",
                                            "/run/NetworkManager",        "/var/lib/ca-certificates"};

// Nothing: as this process.
Result<std::optional<ChildUser>> user_called(const std::string& name) {
  if (name.empty() || ::geteuid() != 0) return std::optional<ChildUser>();
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const int failed = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    const std::string why = failed == 0 ? "there is no such user" : to_string(errno_error(failed, "look it up"));
    return fail(ErrorKind::Invalid, "run git as '" + name + "': " + why, kUserHint + name);
  }
  if (found->pw_uid == 0) return fail(ErrorKind::Invalid, "run git as '" + name + "': that is root");
  return ChildUser{found->pw_uid, {}, found->pw_gid};
}

}  // namespace

Result<GitSession> GitSession::open(const GitProgramSettings& settings, const GitPlace& place, std::stop_token stop) {
  COWHERD_ASSIGN(GitUrl url, parse_git_url(place.url));
  COWHERD_ASSIGN(std::optional<ChildUser> user, user_called(settings.user));
  COWHERD_ASSIGN(WorkDirectory work, WorkDirectory::make(settings.work_root, user));
  COWHERD_TRY(put_git_files(place, url, work));
  return GitSession(settings, place, std::move(url), std::move(user), std::move(work), std::move(stop));
}

GitSession::GitSession(const GitProgramSettings& settings, const GitPlace& place, GitUrl url, std::optional<ChildUser> user,
                       WorkDirectory work, std::stop_token stop)
    : settings_(&settings), place_(&place), url_(std::move(url)), user_(std::move(user)), work_(std::move(work)),
      stop_(std::move(stop)), deadline_(Deadline::after(place.timeout)) {}

ChildProcess GitSession::confined(const std::string& program) const {
  ChildProcess child;
  child.program = program;
  child.most = std::max(deadline_.left(), Span{1});
  child.stop = stop_;
  child.environment = git_environment(url_, work_.seen_as());
  child.directory = work_.path();
  child.covered = work_.covered();
  child.user = user_;
  child.paths = PathRights{kReadable, {work_.path(), "/dev/null"}};
  if (program.starts_with('/')) child.paths->read.push_back(program);
  if (url_.scheme == "file") child.paths->read.push_back(url_.path);
  child.limits.file_bytes = settings_->limits.fetched.value;
  child.limits.address_bytes = kAddressSpace.value;
  child.limits.cpu_seconds = static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(place_->timeout).count());
  child.limits.descriptors = kDescriptors;
  child.when_missing = std::string("install it: 'apt install ") + (program == "gpg" ? "gnupg" : "git") + "' on Debian";
  return child;
}

Result<GitAnswer> GitSession::run(const std::string& program, std::vector<std::string> arguments, const std::string& input) {
  GitAnswer answer;
  ChildProcess child = confined(program);
  child.arguments = std::move(arguments);
  child.input = input;
  child.on_output = [&answer](std::string_view piece) { answer.output += piece; };
  Deadline look = Deadline::after(kSizeInterval);
  child.watch = [&]() -> Status {
    if (answer.output.size() > kMostOutput) return fail(make_error(ErrorKind::Exhausted, "run git: it says too much").because(kSaysTooMuch));
    if (!look.passed()) return {};
    look = Deadline::after(kSizeInterval);
    const Bytes most = settings_->limits.fetched;
    if (work_.size() <= most) return {};
    return fail(ErrorKind::Exhausted, "fetch from '" + url_.text + "': it is more than " + print_quantity(most),
                "keep large files out of the repository, or in one of their own");
  };
  auto ended = run_child(child);
  if (!ended && ended.error().kind == ErrorKind::Busy) {
    return fail(ErrorKind::Busy, "ask '" + url_.text + "': no answer within " + print_span(place_->timeout),
                "is the server well? git.timeout is how long a look may take");
  }
  if (!ended) return fail(std::move(ended).error());
  answer.status = ended->exit_status;
  answer.complaint = std::move(ended->errors);
  return answer;
}

Result<GitAnswer> GitSession::ask(std::vector<std::string> arguments, const std::string& input) {
  return run(settings_->program, std::move(arguments), input);
}

Result<std::string> GitSession::must(const std::string& doing, std::vector<std::string> arguments, const std::string& input) {
  COWHERD_ASSIGN(GitAnswer answer, ask(std::move(arguments), input));
  if (answer.status != 0) return fail(git_failure(doing, url_, answer));
  return std::move(answer.output);
}

}  // namespace cowherd
