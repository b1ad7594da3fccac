// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/source_check.h"

#include "resources/kinds/repository_text.h"

namespace cowherd {

namespace {

class SourceChecker {
 public:
  SourceChecker(const YamlNode& root, const SourceConfig& source, const RepositoryUrl& url, Findings& findings)
      : root_(root), source_(source), url_(url), findings_(findings) {}

  void check() {
    if (holds_password()) {
      findings_.add({"E234", place_of("git.url"), "spec.git.url", "a user or password in the URL would be shown wherever the URL is",
                     "put it into a file that git.auth.passwordFile names, its user into git.auth.username, and renew it: it was written "
                     "where it does not belong",
                     true});
      return;
    }
    check_way();
    check_ssh();
    check_password();
    const std::string only_https = "certificates are for https, and this URL is of " + url_.scheme;
    if (!source_.ca_file.empty() && url_.scheme != "https") add("E237", "git.auth.caFile", only_https, "take it out");
  }

 private:
  bool over_http() const { return url_.scheme == "https" || url_.scheme == "http"; }

  // The user of an ssh URL is no secret.
  bool holds_password() const {
    return url_.scheme == "ssh" ? url_.user_info.find(':') != std::string::npos : !url_.user_info.empty();
  }

  void check_way() {
    const bool open = url_.scheme == "http" || url_.scheme == "git";
    const bool verified = !source_.allowed_signers_file.empty() || !source_.gpg_keyring_file.empty();
    if (!open || verified || is_loopback(url_)) return;
    add("E235", "git.url", "over " + url_.scheme + " anybody on the way can change what comes",
        "use https or ssh, or say with git.verify whose signatures count");
  }

  void check_ssh() {
    if (url_.scheme == "ssh") {
      if (!source_.known_hosts_file.empty()) return;
      return add("E236", "git.url", "nothing says how the ssh server is known",
                 "put its keys into a file (ssh-keyscan " + url_.host + ", compared with what its owner publishes), and name that with "
                 "git.auth.knownHostsFile");
    }
    for (const char* field : {"sshKeyFile", "sshKeyCredential", "knownHostsFile"}) {
      const std::string path = std::string("git.auth.") + field;
      if (node_at(path) != nullptr) add("E237", path, std::string(field) + " is for ssh, and this URL is of " + url_.scheme, "take it out");
    }
  }

  void check_password() {
    const bool secret_way = url_.scheme == "https" || (url_.scheme == "http" && is_loopback(url_));
    for (const char* field : {"username", "passwordFile", "passwordCredential"}) {
      const std::string path = std::string("git.auth.") + field;
      if (node_at(path) == nullptr || secret_way) continue;
      add("E237", path, std::string(field) + " is for https, and this URL is of " + url_.scheme,
          over_http() ? "use https: everybody on the way could read the password" : "take it out");
    }
    const bool alone = !source_.username.empty() && source_.password_file.empty() && source_.password_credential.str().empty();
    if (secret_way && alone) {
      add("E237", "git.auth.username", "a user name without a password says nothing to a server",
          "add passwordFile or passwordCredential, or take it out");
    }
  }

  void add(const char* code, const std::string& path, std::string message, std::string hint) {
    findings_.add({code, place_of(path), "spec." + path, std::move(message), std::move(hint)});
  }

  const YamlNode* node_at(std::string_view path) const {
    const YamlNode* node = member_of(&root_, "spec");
    while (!path.empty()) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      node = member_of(node, path.substr(0, dot));
      path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return node;
  }

  Place place_of(const std::string& path) const {
    const YamlNode* node = node_at(path);
    return node != nullptr ? node->place : root_.place;
  }

  const YamlNode& root_;
  const SourceConfig& source_;
  const RepositoryUrl& url_;
  Findings& findings_;
};

}  // namespace

void check_source(const YamlNode& root, const SourceConfig& source, Findings& findings) {
  if (const auto url = parse_repository_url(source.git_url)) SourceChecker(root, source, *url, findings).check();
}

}  // namespace cowherd
