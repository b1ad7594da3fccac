// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/webhooks.h"

#include "reconciler/api/http/token_file.h"

namespace cowherd {

std::optional<Hook> Webhooks::begin(const ApiRequest& request, const std::string& signature) const {
  const auto source = request.method == "POST" ? hook_source(request.path) : std::nullopt;
  if (!source) return std::nullopt;
  const ResourceName name = ResourceName::make(*source).value_or(ResourceName());
  const auto known = secrets_.find(name);
  if (known == secrets_.end()) return Hook{name, std::nullopt, failure_answer(404, "source '" + *source + "' has no webhook")};
  const Result<std::string> secret = TokenFile(known->second).read();
  if (secret) return Hook{name, HookBody(*secret, signature), std::nullopt};
  metrics_.count(HookAnswer::Unusable);
  return Hook{name, std::nullopt, failure_answer(503, "the webhook's secret cannot be used; the daemon's host has to mend that")};
}

ApiAnswer Webhooks::end(Hook& hook) const {
  if (!hook.body) return *hook.refusal;
  const HookVerdict verdict = hook.body->end();
  metrics_.count(verdict == HookVerdict::Accepted ? HookAnswer::Accepted : HookAnswer::Refused);
  const std::string source = "source '" + hook.source.str() + "'";
  if (verdict == HookVerdict::TooLong) return failure_answer(413, "a webhook has at most 1048576 bytes");
  if (verdict == HookVerdict::Refused) return failure_answer(403, "the webhook is not signed with the secret of " + source);
  if (!ask_ || !ask_(hook.source)) return failure_answer(503, source + " does not follow a repository");
  ApiAnswer answer = success_answer(source + " looks at its server", Value::map());
  answer.code = 202;
  return answer;
}

}  // namespace cowherd
