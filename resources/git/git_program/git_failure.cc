// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/git_failure.h"

#include <array>
#include <csignal>
#include <string_view>

#include "resources/git/git_program/git_output.h"

namespace cowherd {

namespace {

constexpr std::size_t kLongest = 600;

struct Known {
  std::string_view words;
  ErrorKind kind;
  std::string_view hint;
  std::string_view reason{};  // empty: the kind says it
};

constexpr std::string_view kCredentials =
    "https: check git.auth's username and password, and what the token may read; "
    "ssh: check that the key is one the server knows";
constexpr std::string_view kHostKey =
    "the key of the host is not in git.auth.knownHostsFile; add it ('ssh-keyscan HOST') after comparing it with what "
    "the host's people publish";
constexpr std::string_view kMissing = "check the URL; many servers say so too where the credentials may not see the repository";
constexpr std::string_view kCertificate = "name the authority that signed the server's certificate in git.auth.caFile, or mend the certificate";
constexpr std::string_view kName = "check the host's name in the URL, and how this host resolves names";
constexpr std::string_view kSlow = "tried again at the next interval; git.timeout bounds one look";
constexpr std::string_view kMuch = "keep large files out of the repository, or in one of their own";
constexpr std::string_view kRedirected = "redirections are not followed: write the address that the server redirects to";
constexpr std::string_view kPrivateKey = "check git.auth's ssh key: a private key without a passphrase";
constexpr std::string_view kServer = "run 'git fsck' where the repository is kept";

// The first that matches holds: what says most stands first, what follows from other failures last.
constexpr std::array kFailures = {
    Known{"No space left on device", ErrorKind::Exhausted, "free space below the state directory", "NoSpace"},
    Known{"Disk quota exceeded", ErrorKind::Exhausted, "free space below the state directory", "NoSpace"},
    Known{"File too large", ErrorKind::Exhausted, kMuch},
    Known{"ut of memory", ErrorKind::Exhausted, kMuch},
    Known{"unable to allocate", ErrorKind::Exhausted, kMuch},
    Known{"mmap failed", ErrorKind::Exhausted, kMuch},
    Known{"REMOTE HOST IDENTIFICATION HAS CHANGED", ErrorKind::Denied, kHostKey},
    Known{"Host key verification failed", ErrorKind::Denied, kHostKey},
    Known{"incorrect passphrase", ErrorKind::Invalid, kPrivateKey},
    Known{"invalid format", ErrorKind::Invalid, kPrivateKey},
    Known{"error in libcrypto", ErrorKind::Invalid, kPrivateKey},
    Known{"Permission denied (", ErrorKind::Denied, kCredentials},
    Known{"Authentication failed", ErrorKind::Denied, kCredentials},
    Known{"could not read Username", ErrorKind::Denied, kCredentials},
    Known{"could not read Password", ErrorKind::Denied, kCredentials},
    Known{"returned error: 401", ErrorKind::Denied, kCredentials},
    Known{"returned error: 403", ErrorKind::Denied, kCredentials},
    Known{"access denied or repository not exported", ErrorKind::NotFound, kMissing},
    Known{"not appear to be a git repository", ErrorKind::NotFound, kMissing},
    Known{"epository not found", ErrorKind::NotFound, kMissing},
    Known{"' not found", ErrorKind::NotFound, kMissing},
    Known{"returned error: 404", ErrorKind::NotFound, kMissing},
    Known{"couldn't find remote ref", ErrorKind::NotFound, "check the name of the branch or tag"},
    Known{"error setting certificate", ErrorKind::Invalid, "check git.auth.caFile: certificates in PEM"},
    Known{"error adding trust anchors", ErrorKind::Invalid, "check git.auth.caFile: certificates in PEM"},
    Known{"certificate", ErrorKind::Denied, kCertificate},
    Known{"returned error: 30", ErrorKind::Failed, kRedirected},
    Known{"update url base from redirection", ErrorKind::Failed, kRedirected},
    Known{"ould not resolve host", ErrorKind::Failed, kName},
    Known{"Name or service not known", ErrorKind::Failed, kName},
    Known{"unable to look up", ErrorKind::Failed, kName},
    Known{"ransport '", ErrorKind::Invalid, "https, ssh and file are spoken here"},
    Known{"Permission denied", ErrorKind::Denied, "git runs as a user of its own, which has to be able to read it"},
    Known{"too slow", ErrorKind::Busy, kSlow},
    Known{"imed out", ErrorKind::Busy, kSlow},
    Known{"not responding", ErrorKind::Busy, kSlow},
    Known{"Connection refused", ErrorKind::Busy, kSlow},
    Known{"onnection reset", ErrorKind::Busy, kSlow},
    Known{"Connection closed", ErrorKind::Busy, kSlow},
    Known{"ailed to connect", ErrorKind::Busy, kSlow},
    Known{"unreachable", ErrorKind::Busy, kSlow},
    Known{"returned error: 5", ErrorKind::Busy, kSlow},
    Known{"returned error: 429", ErrorKind::Busy, kSlow},
    Known{"fsck error", ErrorKind::Corrupt, kServer},
    Known{"index-pack", ErrorKind::Corrupt, kServer},
    Known{"did not send all necessary objects", ErrorKind::Corrupt, kServer},
    Known{"protocol error", ErrorKind::Corrupt, ""},
    Known{"bad line length", ErrorKind::Corrupt, ""},
    Known{"not valid: is this a git repository", ErrorKind::Corrupt, ""},
    Known{"bad object", ErrorKind::Corrupt, kServer},
    Known{"hung up", ErrorKind::Busy, kSlow},
    Known{"early EOF", ErrorKind::Busy, kSlow},
};

bool is_worth_telling(std::string_view line) {
  return !line.empty() && !line.starts_with("hint:") && !line.starts_with("warning:") && !line.starts_with("Receiving ");
}

}  // namespace

std::string said(const GitAnswer& answer) {
  std::string told;
  std::string_view rest = answer.complaint;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (is_worth_telling(line)) told += (told.empty() ? "" : "; ") + std::string(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return told.empty() ? "git said nothing (exit status " + std::to_string(answer.status) + ")" : one_line(told, kLongest);
}

bool is_unadvertised(const GitAnswer& answer) {
  const auto says = [&answer](const char* words) { return answer.complaint.find(words) != std::string::npos; };
  return says("unadvertised object") || says("not our ref");
}

Error git_failure(const std::string& doing, const GitUrl& url, const GitAnswer& answer) {
  const std::string message = doing + " '" + url.text + "': " + said(answer);
  if (answer.status == 128 + SIGXCPU) return make_error(ErrorKind::Exhausted, message, std::string(kMuch));
  for (const Known& known : kFailures) {
    if (answer.complaint.find(known.words) == std::string::npos) continue;
    return make_error(known.kind, message, std::string(known.hint)).because(std::string(known.reason));
  }
  return make_error(ErrorKind::Failed, message);
}

}  // namespace cowherd
