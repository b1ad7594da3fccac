// SPDX-License-Identifier: Apache-2.0
// Sources as a look tells of them, and their revisions.
#pragma once

#include <string>
#include <vector>

#include "reconciler/source/declaration.h"
#include "reconciler/source/source_types.h"
#include "resources/git/git_remote.h"
#include "resources/store/source_state.h"
#include "tests/builders/worlds.h"

namespace cowherd::testing {

inline CommitId a_commit(char digit) { return *CommitId::make(std::string(40, digit)); }

inline PastRevision a_past_revision(const CommitId& id, const std::string& subject) {
  return {id, subject, "Ada <ada@example.org>", "", noon() - std::chrono::hours{2}, noon() - std::chrono::hours{1}};
}
inline PastRevision a_past_revision(char digit, const std::string& subject) { return a_past_revision(a_commit(digit), subject); }

inline SourceStatus a_git_source(const std::string& name) {
  SourceStatus source;
  source.name = a_name(name);
  source.type = kGitSource;
  source.place = "https://git.example.org/" + name + ".git branch main";
  source.revision = a_commit('b').str();
  source.checked = noon() - std::chrono::seconds{12};
  source.objects = 3;
  return source;
}

inline SourceStatus a_directory_source(const std::string& name) {
  SourceStatus source;
  source.name = a_name(name);
  source.type = kDirectorySource;
  source.place = "/srv/" + name;
  return source;
}

inline Declaration declaring(std::vector<SourceStatus> sources) {
  Declaration declared;
  declared.complete = true;
  declared.sources = std::move(sources);
  return declared;
}

}  // namespace cowherd::testing
