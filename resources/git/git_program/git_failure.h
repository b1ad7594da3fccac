// SPDX-License-Identifier: Apache-2.0
// What a git that failed has said, as an error that tells what to do. Read from its English messages and those of ssh and
// libcurl below it (git 2.39, OpenSSH 9.2, curl 7.88); what is not known stays Failed, with its words. Pure.
#pragma once

#include <string>

#include "resources/git/git_program/git_url.h"

namespace cowherd {

// How one git ended.
struct GitAnswer {
  int status = 0;
  std::string output{};
  std::string complaint{};  // its standard error, the end of it
};

// doing: "fetch from 'https://…'". The answer's status is not 0.
Error git_failure(const std::string& doing, const GitUrl& url, const GitAnswer& answer);

// The server gives only what a branch or tag names.
bool is_unadvertised(const GitAnswer& answer);

// What git said, without advice and progress, on one line.
std::string said(const GitAnswer& answer);

}  // namespace cowherd
