// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/tables.h"

namespace cowherd {

namespace {

const std::vector<Section>& sections() {
  static const std::vector<Section> kSections{
      {.path = "directory", .doc = "A directory of manifests on this host, read like the one that --manifests names."},
      {.path = "git",
       .doc = "A Git repository that is followed. One commit is one declaration: with an error anywhere in it, the commit before "
              "stays in force, whole. Exactly one of branch, tag and commit says what is followed."},
      {.path = "git.auth",
       .doc = "How the server is told who we are, and how we know the server. Files are read anew by every fetch; a "
              "credential is a file that systemd hands to the service (LoadCredential= or SetCredentialEncrypted=)."},
      {.path = "git.verify",
       .doc = "Who may have signed a commit. With any of these, a commit without a good signature of one of them never comes "
              "into force.",
       .rule = Section::Rule::NotEmpty},
      {.path = "git.webhook",
       .doc = "With a secret, the API takes webhooks of GitHub, Gitea, Forgejo and Bitbucket for this source. One only means: look now. "
              "Nothing in it is believed.",
       .rule = Section::Rule::NotEmpty}};
  return kSections;
}

std::vector<Member<SourceConfig>> place_rows() {
  return {
      member({.path = "directory.path",
              .need = Need::Required,
              .doc = "The directory. It is watched, and emptied it holds everything, like the manifest directory itself.",
              .example = "/srv/manifests"},
             &SourceConfig::directory_path),
      member({.path = "git.url",
              .type = FieldType::RepositoryUrl,
              .need = Need::Required,
              .doc = "Where the repository is: https, ssh (which needs auth.knownHostsFile) or file. http and git, where anybody on the "
                     "way can change what comes, only from this host or with verify. Without passwords: they belong below auth.",
              .example = "https://git.example.com/ops/fleet.git"},
             &SourceConfig::git_url),
      member({.path = "git.branch",
              .type = FieldType::RefName,
              .doc = "The branch that is followed. If it vanishes on the server, what was in force stays in force.",
              .example = "main"},
             &SourceConfig::git_branch),
      member({.path = "git.tag",
              .type = FieldType::RefName,
              .doc = "The tag that is followed. It may be moved to a commit that descends from the one before; see rewrites.",
              .example = "v1.4"},
             &SourceConfig::git_tag),
      member({.path = "git.commit",
              .type = FieldType::CommitName,
              .doc = "The whole name of the one commit that is wanted.",
              .example = "5f2c1d7a90b34e8f6a1c2b3d4e5f60718293a4b5"},
             &SourceConfig::git_commit),
      member({.path = "git.path",
              .type = FieldType::RepositoryPath,
              .doc = "Only manifests below this directory of the repository count. Without it, all of them.",
              .example = "environments/production"},
             &SourceConfig::git_path),
      member({.path = "git.interval",
              .standard = "1m",
              .minimum = 10'000,
              .maximum = 86'400'000,
              .doc = "How often the server is asked what the ref names now, give or take a tenth. More is fetched only when that "
                     "changed.",
              .example = "5m"},
             &SourceConfig::git_interval),
      member({.path = "git.timeout",
              .standard = "1m",
              .minimum = 1000,
              .maximum = 3'600'000,
              .doc = "How long one look at the server, with all it transfers, may take.",
              .example = "2m"},
             &SourceConfig::git_timeout),
      member({.path = "git.rewrites",
              .standard = "Refuse",
              .values = {"Refuse", "Allow"},
              .doc = "What a force push means. Refuse takes no commit that does not descend from the one in force: that one stays, and "
                     "the source says Rewound. Allow takes whatever the ref names, older commits too; what it no longer declares is "
                     "removed under the same guards as ever."},
             &SourceConfig::git_rewrites),
  };
}

std::vector<Member<SourceConfig>> access_rows() {
  return {
      member({.path = "git.auth.username",
              .type = FieldType::UserName,
              .doc = "The user that the password is of, for https. Without it, 'git', which most servers take with a token.",
              .example = "oauth2"},
             &SourceConfig::username),
      member({.path = "git.auth.passwordFile",
              .doc = "Holds a password or token for https on one line. Only the daemon's user should be able to read it.",
              .example = "/etc/cowherd/fleet.token"},
             &SourceConfig::password_file),
      member({.path = "git.auth.passwordCredential",
              .doc = "The same as the name of a systemd credential.",
              .example = "fleet-token"},
             &SourceConfig::password_credential),
      member({.path = "git.auth.sshKeyFile",
              .doc = "A private key without a passphrase, for ssh. Only the daemon's user should be able to read it. A deploy key that "
                     "may only read is enough.",
              .example = "/etc/cowherd/fleet.key"},
             &SourceConfig::ssh_key_file),
      member({.path = "git.auth.sshKeyCredential",
              .doc = "The same as the name of a systemd credential.",
              .example = "fleet-key"},
             &SourceConfig::ssh_key_credential),
      member({.path = "git.auth.knownHostsFile",
              .doc = "The keys of the ssh server, as ssh-keyscan(1) writes them; compare them with what the server's owner publishes. "
                     "A server that is not in it is never trusted.",
              .example = "/etc/cowherd/known_hosts"},
             &SourceConfig::known_hosts_file),
      member({.path = "git.auth.caFile",
              .doc = "Certificates (PEM) to trust for https instead of those of the host.",
              .example = "/etc/cowherd/git-ca.pem"},
             &SourceConfig::ca_file),
      member({.path = "git.verify.allowedSignersFile",
              .doc = "Whose ssh signatures count, in the format of ssh-keygen(1), ALLOWED SIGNERS.",
              .example = "/etc/cowherd/allowed_signers"},
             &SourceConfig::allowed_signers_file),
      member({.path = "git.verify.gpgKeyringFile",
              .doc = "Whose OpenPGP signatures count: public keys as `gpg --export` writes them, armored or not.",
              .example = "/etc/cowherd/signers.gpg"},
             &SourceConfig::gpg_keyring_file),
      member({.path = "git.webhook.secretFile",
              .doc = "Holds the secret that the server signs its webhooks with, on one line. Only the daemon's user should be able to "
                     "read it.",
              .example = "/etc/cowherd/fleet.webhook"},
             &SourceConfig::webhook_secret_file),
      member({.path = "git.webhook.secretCredential",
              .doc = "The same as the name of a systemd credential.",
              .example = "fleet-webhook"},
             &SourceConfig::webhook_secret_credential),
  };
}

std::vector<Member<SourceConfig>> all_rows() {
  std::vector<Member<SourceConfig>> rows = place_rows();
  for (Member<SourceConfig>& row : access_rows()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

const Table<SourceConfig>& source_metadata_fields() {
  static const Table<SourceConfig> kTable{
      .doc = "Which source it is.",
      .members = {member({.path = "name",
                          .need = Need::Required,
                          .doc = "Name of the source, unique among them. Its files are shown as NAME:FILE. What is known of it is kept "
                                 "under this name, so that a new name begins anew. 'manifests' is taken.",
                          .example = "fleet"},
                         &SourceConfig::name)}};
  return kTable;
}

const Table<SourceConfig>& source_fields() {
  static const Table<SourceConfig> kTable{
      .doc = "A place that manifests come from beside the manifest directory: a Git repository, or another directory. It stands in "
             "the configuration, beside CowherdConfiguration, and is read at start.",
      .sections = sections(),
      .one_of = {{.section = "", .options = {"directory", "git"}},
                 {.section = "git", .options = {"branch", "tag", "commit"}},
                 {.section = "git.auth", .options = {"passwordFile", "passwordCredential"}, .rule = OneOf::Rule::AtMostOne},
                 {.section = "git.auth", .options = {"sshKeyFile", "sshKeyCredential"}, .rule = OneOf::Rule::AtMostOne},
                 {.section = "git.webhook", .options = {"secretFile", "secretCredential"}, .rule = OneOf::Rule::AtMostOne}},
      .members = all_rows()};
  return kTable;
}

}  // namespace cowherd
