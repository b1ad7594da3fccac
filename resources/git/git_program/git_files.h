// SPDX-License-Identifier: Apache-2.0
// What a git of ours finds in its work directory, and nothing else: its settings, those of ssh, and what it proves itself with.
// Texts are pure.
#pragma once

#include <string>
#include <vector>

#include "resources/git/git_program/git_url.h"
#include "resources/git/git_program/work_directory.h"

namespace cowherd {

inline constexpr const char* kRepository = "repo";
inline constexpr const char* kKeyring = "keyring";

// seen_as: the work directory as git sees it.
std::string git_config_text(const GitPlace& place, const GitUrl& url, const std::string& seen_as);
std::string ssh_config_text(const std::string& seen_as, bool has_key);
// A line of git-credential-store(1).
std::string credential_line(const GitUrl& url, const std::string& username, const std::string& password);
std::vector<std::string> git_environment(const GitUrl& url, const std::string& seen_as);

// Writes them, the files lent by the place among them. Denied or Invalid, with a hint, for one that is of no use.
Status put_git_files(const GitPlace& place, const GitUrl& url, const WorkDirectory& work);

}  // namespace cowherd
