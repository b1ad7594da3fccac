// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/settings.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "resources/files/linux_file_system.h"
#include "resources/files/publish.h"
#include "resources/kinds/placement.h"
#include "resources/manifest/parse_config.h"

namespace cowherd {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// /run/cowherd for root, the session's runtime directory for others, a private place under /tmp when there is none.
std::string runtime_root() {
  if (::geteuid() == 0) return "/run/cowherd";
  const std::string session = environment("XDG_RUNTIME_DIR");
  if (!session.empty()) return session + "/cowherd";
  return "/tmp/cowherd-" + std::to_string(::geteuid());
}

// One for each state directory.
std::string runtime_dir_of(const Config& config, const std::string& dir8) {
  const std::string root = config.runtime_dir.empty() ? runtime_root() : config.runtime_dir;
  return root + "/" + (dir8.empty() ? "none" : dir8);
}

// The file, or where systemd put the credential; empty when neither is named.
Result<std::string> file_of(const SourceConfig& source, const std::string& file, const ResourceName& credential) {
  if (credential.str().empty()) return file;
  const std::string directory = environment("CREDENTIALS_DIRECTORY");
  if (!directory.empty()) return directory + "/" + credential.str();
  return fail(ErrorKind::Invalid, "Source/" + source.name.str() + " needs the systemd credential '" + credential.str() + "', and there are none here",
              "run as a service with LoadCredential=" + credential.str() + ":/etc/cowherd/" + credential.str());
}

GitRef ref_of(const SourceConfig& source) {
  if (!source.git_tag.empty()) return {RefKind::Tag, source.git_tag};
  if (!source.git_commit.empty()) return {RefKind::Commit, source.git_commit};
  return {RefKind::Branch, source.git_branch};
}

}  // namespace

Result<Config> read_config(const Options& options) {
  LinuxFileSystem files;
  const std::string path = options.config.empty() ? kDefaultConfig : options.config;
  const auto text = files.read(path, 1_MiB);
  if (!text) {
    if (options.config.empty() && text.error().kind == ErrorKind::NotFound) return default_config();
    return fail(Error(text.error()).in("reading the configuration"));
  }
  const ParsedConfig parsed = parse_config(*text, path);
  if (!has_errors(parsed.diagnostics)) return parsed.config;
  std::string message = "the configuration is invalid:";
  for (const Diagnostic& diagnostic : parsed.diagnostics) message += "\n" + print_diagnostic(diagnostic);
  return fail(ErrorKind::Invalid, message);
}

std::string find_program(const std::string& name) {
  std::string path = environment("PATH");
  path += std::string(path.empty() ? "" : ":") + "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string candidate = std::string(rest.substr(0, colon)) + "/" + name;
    struct stat found {};
    const bool runs = candidate.front() == '/' && ::stat(candidate.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
                      ::access(candidate.c_str(), X_OK) == 0;
    if (runs) return candidate;
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  }
  return "";
}

std::string qemu_binary(const Config& config) {
  if (!config.qemu.empty()) return config.qemu;
  const std::string found = find_program("qemu-system-x86_64");
  return found.empty() ? "/usr/bin/qemu-system-x86_64" : found;
}

std::string qemu_img_beside(const Config& config) {
  const std::string beside = parent_of(qemu_binary(config)) + "/qemu-img";
  if (::access(beside.c_str(), X_OK) == 0) return beside;
  const std::string found = find_program("qemu-img");
  return found.empty() ? "/usr/bin/qemu-img" : found;
}

std::optional<DiskDriverKind> disk_driver_of(const Config& config) {
  switch (config.disk_driver) {
    case DiskDriverSetting::Auto: return std::nullopt;
    case DiskDriverSetting::DmSnapshot: return DiskDriverKind::DmSnapshot;
    case DiskDriverSetting::Qcow2: return DiskDriverKind::Qcow2;
  }
  return std::nullopt;
}

UserPolicy user_policy_of(const Config& config) {
  UserPolicy policy;
  switch (config.own_users) {
    case OwnUsersSetting::Auto: policy.wanted = OwnUsers::Auto; break;
    case OwnUsersSetting::Always: policy.wanted = OwnUsers::Always; break;
    case OwnUsersSetting::Never: policy.wanted = OwnUsers::Never; break;
  }
  policy.range = {static_cast<std::uint32_t>(config.uid_base), static_cast<std::uint32_t>(config.uid_count)};
  return policy;
}

GroupPolicy group_policy_of(const Config& config) {
  GroupPolicy policy;
  switch (config.bounds) {
    case BoundsSetting::Auto: policy.wanted = OwnGroups::Auto; break;
    case BoundsSetting::Always: policy.wanted = OwnGroups::Always; break;
    case BoundsSetting::Never: policy.wanted = OwnGroups::Never; break;
  }
  policy.overhead = config.memory_overhead;
  return policy;
}

QemuSettings qemu_settings_of(const Config& config, const std::string& dir8) {
  QemuSettings settings;
  settings.binary = qemu_binary(config);
  switch (config.accel) {
    case AccelSetting::Auto: settings.accel = Accelerator::Auto; break;
    case AccelSetting::Kvm: settings.accel = Accelerator::Kvm; break;
    case AccelSetting::Tcg: settings.accel = Accelerator::Tcg; break;
  }
  settings.runtime_dir = runtime_dir_of(config, dir8);
  settings.serial_log_limit = config.serial_log_limit;
  settings.users = user_policy_of(config);
  settings.groups = group_policy_of(config);
  return settings;
}

std::string api_socket_of(const Config& config, const std::string& dir8) {
  return config.api_socket.empty() ? runtime_dir_of(config, dir8) + "/api.sock" : config.api_socket;
}

LabelSelector host_labels(const Config& config) {
  utsname host{};
  if (::uname(&host) != 0) return config.host_labels;
  return with_builtin_labels(config.host_labels, host.nodename, host.machine);
}

Result<GitPlace> git_place_of(const SourceConfig& source) {
  GitPlace place;
  place.url = source.git_url;
  place.ref = ref_of(source);
  place.path = source.git_path;
  place.rewrites = source.git_rewrites == RewritesSetting::Allow ? Rewrites::Allow : Rewrites::Refuse;
  place.timeout = source.git_timeout;
  place.access.username = source.username;
  COWHERD_ASSIGN(place.access.password_file, file_of(source, source.password_file, source.password_credential));
  COWHERD_ASSIGN(place.access.ssh_key_file, file_of(source, source.ssh_key_file, source.ssh_key_credential));
  place.access.known_hosts_file = source.known_hosts_file;
  place.access.ca_file = source.ca_file;
  place.signers = {source.allowed_signers_file, source.gpg_keyring_file};
  return place;
}

Result<std::string> webhook_secret_of(const SourceConfig& source) {
  return file_of(source, source.webhook_secret_file, source.webhook_secret_credential);
}

GitProgramSettings git_settings_of(const Layout& layout) {
  GitProgramSettings settings;
  if (const std::string found = find_program("git"); !found.empty()) settings.program = found;
  settings.work_root = layout.fetching();
  return settings;
}

DirectorySettings directory_settings_of(const Config& config, const std::string& manifests) {
  DirectorySettings settings;
  settings.directory = manifests;
  settings.settle = config.settle;
  settings.prune_delay = config.prune_delay;
  settings.when_empty = config.allow_empty == EmptySource::Allow ? WhenEmpty::Accept : WhenEmpty::Hold;
  return settings;
}

}  // namespace cowherd
