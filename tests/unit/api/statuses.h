// SPDX-License-Identifier: Apache-2.0
// Small statuses and boards for the tests of the API.
#pragma once

#include <string>
#include <vector>

#include "reconciler/api/board.h"
#include "tests/builders/worlds.h"

namespace cowherd::testing {

inline constexpr BoardVersion kFirst = 1000;

inline ObjectStatus a_status(Kind kind, const std::string& name, const std::string& reason = "Running") {
  ObjectStatus status;
  status.name = {kind, a_name(name)};
  status.metadata.name = a_name(name);
  status.conditions.push_back({"Ready", "True", reason, "", noon()});
  return status;
}

inline ObjectStatus a_sandbox_status(const std::string& name, const std::string& reason = "Running") {
  return a_status(Kind::Sandbox, name, reason);
}

inline LookReport a_look(std::vector<SourceStatus> sources = {}) { return {noon(), true, "", 0, std::move(sources)}; }

inline SourceStatus a_source(const std::string& name) {
  SourceStatus source;
  source.name = a_name(name);
  source.type = "Git";
  source.place = "https://git.example.org/" + name + ".git";
  source.revision = std::string(40, 'b');
  source.checked = noon();
  source.objects = 2;
  return source;
}

}  // namespace cowherd::testing
