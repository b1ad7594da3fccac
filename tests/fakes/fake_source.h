// SPDX-License-Identifier: Apache-2.0
// Declarations from a map. What is taken out becomes absent look by look, as with a directory.
#pragma once

#include "reconciler/source/declaration.h"
#include "tests/fakes/faults.h"

namespace cowherd::testing {

class FakeSource final : public Source {
 public:
  void declare(Declared declared) {
    const ObjectName name = declared.object.name();
    gone_.erase(name);
    objects_.insert_or_assign(name, std::move(declared));
  }
  void withdraw(const ObjectName& name) {
    objects_.erase(name);
    gone_[name] = Absence{};
  }
  void withdraw_all() {
    while (!objects_.empty()) withdraw(objects_.begin()->first);
    empty_hold_ = true;
  }
  void accept_empty() override { empty_hold_ = false; }
  // The manifests cannot be read completely any more.
  void break_down(const std::string& problem) { problem_ = problem; }
  // A new process knows no absences.
  void restart() {
    for (auto& [name, absence] : gone_) absence = Absence{};
    never_ = Absence{};
  }

  Declaration load(Moment now) override {
    Declaration declaration;
    declaration.objects = objects_;
    declaration.looked_at = now;
    declaration.problem = problem_;
    declaration.complete = problem_.empty();
    declaration.empty_hold = empty_hold_ && objects_.empty();
    if (declaration.complete) {
      for (auto& [name, absence] : gone_) count(absence, now);
      count(never_, now);
    }
    std::erase_if(gone_, [now](const auto& gone) {
      return gone.second.complete_looks >= 2 && now - gone.second.since > std::chrono::hours{1};
    });
    declaration.absences = gone_;
    declaration.never_declared = never_;
    return declaration;
  }

 private:
  static void count(Absence& absence, Moment now) {
    if (absence.complete_looks++ == 0) absence.since = now;
  }

  std::map<ObjectName, Declared> objects_{};
  std::map<ObjectName, Absence> gone_{};
  Absence never_{};
  std::string problem_{};
  bool empty_hold_ = false;
};

}  // namespace cowherd::testing
