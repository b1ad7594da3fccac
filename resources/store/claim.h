// SPDX-License-Identifier: Apache-2.0
// While a call works in a staging path it holds a claim on it, so that a look beside it does not take it for interrupted
// work and nobody collects it. Claims on a path, on what is above it and on what is below it exclude each other.
#pragma once

#include "resources/store/store.h"

namespace cowherd {

class Store::Claim {
 public:
  Claim(Store& store, std::string path) : store_(store), path_(std::move(path)) {
    const std::lock_guard lock(store_.claims_mutex_);
    granted_ = !is_claimed(store_.claims_, path_);
    if (granted_) store_.claims_.insert(path_);
  }
  ~Claim() {
    const std::lock_guard lock(store_.claims_mutex_);
    if (granted_) store_.claims_.erase(path_);
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  bool granted() const { return granted_; }

  // Precondition: the claims' mutex is held.
  static bool is_claimed(const std::set<std::string>& claims, const std::string& path) {
    for (const std::string& claim : claims) {
      if (claim == path || is_below(claim, path) || is_below(path, claim)) return true;
    }
    return false;
  }

 private:
  static bool is_below(const std::string& path, const std::string& directory) {
    return path.compare(0, directory.size() + 1, directory + "/") == 0;
  }

  Store& store_;
  std::string path_;
  bool granted_ = false;
};

}  // namespace cowherd
