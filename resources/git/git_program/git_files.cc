// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/git_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostLent = 4 << 20;  // a bundle of certificates is the largest

std::string quoted(std::string_view text) {
  std::string inside;
  for (const char c : text) inside += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return "\"" + inside + "\"";
}

// Inside of '…' of a shell.
std::string shell_word(std::string_view text) {
  std::string inside;
  for (const char c : text) inside += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + inside + "'";
}

// ssh_config(5) reads %-sequences in names of files.
std::string ssh_word(std::string_view text) {
  std::string inside;
  for (const char c : text) inside += c == '%' ? std::string("%%") : std::string(1, c);
  return "\"" + inside + "\"";
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_unreserved = is_letter || (c >= '0' && c <= '9') || std::string_view("-_.~").find(c) != std::string_view::npos;
    encoded += is_unreserved ? std::string(1, c) : std::string{'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

// Follows symlinks: credentials are often mounted so.
Result<std::string> lent_text(const std::string& path, const char* what) {
  const std::string doing = std::string("read the ") + what;
  auto file = open_path(path, O_RDONLY | O_NONBLOCK, doing);
  if (!file) {
    Error error = std::move(file).error();
    if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Invalid;
    return fail(std::move(error).with_hint("the configuration names this file; the daemon has to be able to read it"));
  }
  struct stat found {};
  if (::fstat(file->get(), &found) != 0) return fail(path_error(errno, doing, path));
  if (!S_ISREG(found.st_mode)) return fail(ErrorKind::Invalid, doing + " '" + path + "': it is no regular file");
  std::string text(kMostLent + 1, '\0');
  const ssize_t got = ::pread(file->get(), text.data(), text.size(), 0);
  if (got < 0) return fail(path_error(errno, doing, path));
  text.resize(static_cast<std::size_t>(got));
  if (!text.empty() && text.size() <= kMostLent) return text;
  const std::string why = text.empty() ? "it is empty" : "it is larger than " + print_quantity(Bytes{kMostLent});
  return fail(ErrorKind::Invalid, doing + " '" + path + "': " + why);
}

Result<std::string> password_of(const std::string& path) {
  COWHERD_ASSIGN(std::string text, lent_text(path, "password"));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const bool is_line = std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (text.empty() || !is_line) return fail(ErrorKind::Invalid, "read the password '" + path + "': it is not one line");
  return text;
}

Status put_lent(const WorkDirectory& work, const char* name, const std::string& path, const char* what) {
  if (path.empty()) return {};
  COWHERD_ASSIGN(std::string text, lent_text(path, what));
  // A key without its last line end is no key to ssh.
  if (text.back() != '\n' && std::string_view(name) != kKeyring) text += '\n';
  return work.put(name, text);
}

Status put_ssh_files(const GitPlace& place, const WorkDirectory& work) {
  if (place.access.known_hosts_file.empty()) {
    return fail(ErrorKind::Invalid, "ask '" + place.url + "': there is no file of known hosts",
                "name one that 'ssh-keyscan HOST' made and whose keys were compared with what the host's people publish");
  }
  COWHERD_TRY(put_lent(work, "known_hosts", place.access.known_hosts_file, "known hosts"));
  COWHERD_TRY(put_lent(work, "key", place.access.ssh_key_file, "private key"));
  return work.put("ssh_config", ssh_config_text(work.seen_as(), !place.access.ssh_key_file.empty()));
}

}  // namespace

std::string git_config_text(const GitPlace& place, const GitUrl& url, const std::string& seen_as) {
  std::string text =
      "[core]\n\thooksPath = /dev/null\n\tbigFileThreshold = 1m\n\tpackedGitWindowSize = 16m\n\tpackedGitLimit = 64m\n"
      "\tdeltaBaseCacheLimit = 16m\n\tfsmonitor = false\n"
      "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[pack]\n\tthreads = 1\n[index]\n\tthreads = 1\n"
      "[fetch]\n\tfsckObjects = true\n\tunpackLimit = 1\n\trecurseSubmodules = false\n\twriteCommitGraph = false\n"
      "[transfer]\n\tfsckObjects = true\n\tunpackLimit = 1\n"
      // Harmless, and in the past of many old repositories.
      "[fetch \"fsck\"]\n\tzeroPaddedFilemode = ignore\n\tbadTimezone = ignore\n\tmissingSpaceBeforeDate = ignore\n"
      "[gpg \"x509\"]\n\tprogram = /bin/false\n"
      "[submodule]\n\trecurse = false\n[protocol]\n\tversion = 2\n"
      "[log]\n\tshowSignature = false\n[init]\n\tdefaultBranch = main\n"
      // A redirection could lead to another host, and what is asked there is not what is configured here.
      "[http]\n\tfollowRedirects = false\n\tsslVerify = true\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 20\n";
  if (!place.access.ca_file.empty()) text += "\tsslCAInfo = " + quoted(seen_as + "/ca.pem") + "\n";
  text += "[credential]\n\thelper = \n";
  if (!place.access.password_file.empty()) {
    text += "\thelper = " + quoted("store --file=" + shell_word(seen_as + "/credentials")) + "\n";
  }
  if (!place.signers.allowed_signers_file.empty()) {
    text += "[gpg \"ssh\"]\n\tallowedSignersFile = " + quoted(seen_as + "/allowed_signers") + "\n";
  }
  // Who configured the path of a repository on this host knows whose it is; git reads nothing of its settings that it would run.
  if (url.scheme == "file") text += "[safe]\n\tdirectory = *\n";
  return text;
}

std::string ssh_config_text(const std::string& seen_as, bool has_key) {
  std::string text =
      "Host *\nBatchMode yes\nStrictHostKeyChecking yes\nUpdateHostKeys no\nGlobalKnownHostsFile /dev/null\nIdentityAgent none\n"
      "AddKeysToAgent no\nIdentitiesOnly yes\nPreferredAuthentications publickey,none\nGSSAPIAuthentication no\nForwardAgent no\n"
      "ForwardX11 no\nClearAllForwardings yes\nPermitLocalCommand no\nProxyCommand none\nControlMaster no\nControlPath none\n"
      "CanonicalizeHostname no\nConnectTimeout 15\nServerAliveInterval 5\nServerAliveCountMax 3\nLogLevel ERROR\n";
  text += "UserKnownHostsFile " + ssh_word(seen_as + "/known_hosts") + "\n";
  text += "IdentityFile " + (has_key ? ssh_word(seen_as + "/key") : std::string("none")) + "\n";
  return text;
}

std::string credential_line(const GitUrl& url, const std::string& username, const std::string& password) {
  const std::string user = !username.empty() ? username : !url.user.empty() ? url.user : "git";
  return url.scheme + "://" + percent_encoded(user) + ":" + percent_encoded(password) + "@" + url.host + "\n";
}

std::vector<std::string> git_environment(const GitUrl& url, const std::string& seen_as) {
  return {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
          "LC_ALL=C",
          "HOME=" + seen_as,
          "XDG_CONFIG_HOME=" + seen_as,
          "TMPDIR=" + seen_as,
          "GNUPGHOME=" + seen_as + "/gnupg",
          "GIT_DIR=" + seen_as + "/" + kRepository,
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_CONFIG_GLOBAL=" + seen_as + "/gitconfig",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_TERMINAL_PROMPT=0",
          "GIT_ASKPASS=",
          "GIT_NO_REPLACE_OBJECTS=1",
          "GIT_ALLOW_PROTOCOL=" + url.scheme,
          "GIT_SSH_VARIANT=ssh",
          "GIT_SSH_COMMAND=ssh -F " + shell_word(seen_as + "/ssh_config")};
}

Status put_git_files(const GitPlace& place, const GitUrl& url, const WorkDirectory& work) {
  COWHERD_TRY(work.put("gitconfig", git_config_text(place, url, work.seen_as())));
  if (url.scheme == "ssh") COWHERD_TRY(put_ssh_files(place, work));
  if (!place.access.password_file.empty()) {
    COWHERD_ASSIGN(const std::string password, password_of(place.access.password_file));
    COWHERD_TRY(work.put("credentials", credential_line(url, place.access.username, password)));
  }
  COWHERD_TRY(put_lent(work, "ca.pem", place.access.ca_file, "certificates"));
  COWHERD_TRY(put_lent(work, "allowed_signers", place.signers.allowed_signers_file, "allowed signers"));
  return put_lent(work, kKeyring, place.signers.gpg_keyring_file, "keyring");
}

}  // namespace cowherd
