// SPDX-License-Identifier: Apache-2.0
// From the configuration file to what each part of the program wants to know.
#pragma once

#include <optional>
#include <string>

#include "reconciler/commands/options.h"
#include "reconciler/source/directory_feed.h"
#include "resources/block/disk.h"
#include "resources/git/git_program/git_program.h"
#include "resources/kinds/config.h"
#include "resources/machine/qemu/qemu_machines.h"
#include "resources/store/layout.h"

namespace cowherd {

// Defaults when the default file does not exist. Invalid, with printed diagnostics, when the file is wrong or a file
// that was named does not exist.
Result<Config> read_config(const Options& options);

// The program of that name in PATH or the usual directories; empty when there is none.
std::string find_program(const std::string& name);

std::string qemu_binary(const Config& config);      // configured or found; "qemu-system-x86_64" when there is none
std::string qemu_img_beside(const Config& config);  // qemu-img beside it, or found

std::optional<DiskDriverKind> disk_driver_of(const Config& config);
UserPolicy user_policy_of(const Config& config);
GroupPolicy group_policy_of(const Config& config);
QemuSettings qemu_settings_of(const Config& config, const std::string& dir8);
std::string api_socket_of(const Config& config, const std::string& dir8);
// What placement.nodeSelector is held against: the configured labels, this host's name and its architecture.
LabelSelector host_labels(const Config& config);
// Where a followed repository is and how it is had. Invalid: it needs a systemd credential that this process was not given.
// Precondition: it is a git source.
Result<GitPlace> git_place_of(const SourceConfig& source);
// The file that holds the secret of its webhooks; empty when it takes none. Invalid as above.
Result<std::string> webhook_secret_of(const SourceConfig& source);
GitProgramSettings git_settings_of(const Layout& layout);
DirectorySettings directory_settings_of(const Config& config, const std::string& manifests);

}  // namespace cowherd
