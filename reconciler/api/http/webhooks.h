// SPDX-License-Identifier: Apache-2.0
// Webhooks of the sources that have a secret, as they come in. Used by the server's thread alone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "reconciler/api/answer.h"
#include "reconciler/api/webhook.h"
#include "reconciler/metrics/metrics.h"

namespace cowherd {

// One that is being read.
struct Hook {
  ResourceName source{};
  std::optional<HookBody> body{};      // none: it is refused whatever comes
  std::optional<ApiAnswer> refusal{};  // with this
};

class Webhooks {
 public:
  // secrets: files, as TokenFile has them. ask: Source::ask; none where nothing is followed.
  Webhooks(std::map<ResourceName, std::string> secrets, std::function<bool(const ResourceName&)> ask, Metrics& metrics)
      : secrets_(std::move(secrets)), ask_(std::move(ask)), metrics_(metrics) {}

  // Nothing for a request that is none. Reads the secret's file.
  std::optional<Hook> begin(const ApiRequest& request, const std::string& signature) const;
  // Its body is whole.
  ApiAnswer end(Hook& hook) const;

 private:
  std::map<ResourceName, std::string> secrets_;
  std::function<bool(const ResourceName&)> ask_;
  Metrics& metrics_;
};

}  // namespace cowherd
