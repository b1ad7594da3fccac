// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/tcp_rules.h"

#include <algorithm>
#include <cctype>

#include "resources/files/bulk.h"
#include "resources/files/digest.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostOfAnAddress = 64;
constexpr std::size_t kMostRefusals = 8;  // room for those that only hear why they are refused; of each address
constexpr std::string_view kScheme = "bearer ";

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Takes as long whatever is brought: what is compared are digests, to their end.
bool is_same(const std::string& brought, const std::string& token) {
  return same_in_constant_time(sha256(brought).str(), sha256(token).str());
}

std::string token_in(const std::string& authorization) {
  if (!lower_case(authorization.substr(0, kScheme.size())).starts_with(kScheme)) return "";
  const std::size_t begin = authorization.find_first_not_of(' ', kScheme.size());
  return begin == std::string::npos ? "" : authorization.substr(begin);
}

bool names_this_host(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && !host.ends_with(']');
  const std::string name = lower_case(host.substr(0, has_port ? colon : std::string::npos));
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

}  // namespace

std::optional<ApiAnswer> refusal_over_tcp(const TcpRequest& request, const std::optional<std::string>& token) {
  if (token && !is_same(token_in(request.authorization), *token)) {
    return failure_answer(401, "bring the token that api.tcp.tokenFile of the configuration names: Authorization: Bearer …");
  }
  if (!token && !names_this_host(request.host)) {
    return failure_answer(403, "without a token this API is for this host alone, by the name of localhost");
  }
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  return failure_answer(405, request.method + " is not allowed over TCP, which is for reading");
}

Admission AddressBook::enter(const std::string& address) {
  const auto known = of_address_.find(address);
  const std::size_t own = known == of_address_.end() ? 0 : known->second;
  if (all_ >= kMost || own >= kMostOfAnAddress + kMostRefusals) return Admission::Full;
  ++all_;
  ++of_address_[address];
  return own >= kMostOfAnAddress ? Admission::TooMany : Admission::Reader;
}

void AddressBook::leave(const std::string& address) {
  const auto known = of_address_.find(address);
  if (known == of_address_.end()) return;
  --all_;
  if (--known->second == 0) of_address_.erase(known);
}

}  // namespace cowherd
