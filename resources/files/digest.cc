// SPDX-License-Identifier: Apache-2.0
#include "resources/files/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdlib>

#include "resources/files/bulk.h"

namespace cowherd {

namespace {

// EVP with a built-in digest fails only without memory or in a library built without SHA-256: nothing to go on with.
void must(int evp_answer) {
  if (evp_answer != 1) std::abort();
}

EVP_MD_CTX* context_of(void* context) { return static_cast<EVP_MD_CTX*>(context); }
EVP_MAC_CTX* mac_of(void* context) { return static_cast<EVP_MAC_CTX*>(context); }

Digest in_hex(const std::array<unsigned char, 32>& sum) {
  std::string hex;
  for (const unsigned char byte : sum) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return Digest::make(hex).value_or(Digest{});
}

// The context keeps the algorithm.
EVP_MAC_CTX* new_hmac() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  return context;
}

}  // namespace

void Sha256::Free::operator()(void* context) const { EVP_MD_CTX_free(context_of(context)); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  must(context_ != nullptr ? EVP_DigestInit_ex(context_of(context_.get()), EVP_sha256(), nullptr) : 0);
}

void Sha256::update(std::string_view bytes) {
  must(EVP_DigestUpdate(context_of(context_.get()), bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
  std::array<unsigned char, 32> sum{};
  unsigned int length = 0;
  must(EVP_DigestFinal_ex(context_of(context_.get()), sum.data(), &length));
  return in_hex(sum);
}

void HmacSha256::Free::operator()(void* context) const { EVP_MAC_CTX_free(mac_of(context)); }

HmacSha256::HmacSha256(std::string_view key) : context_(new_hmac()) {
  std::string digest = "SHA256";
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
                              OSSL_PARAM_construct_end()};
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  must(context_ != nullptr ? EVP_MAC_init(mac_of(context_.get()), bytes, key.size(), parameters.data()) : 0);
}

void HmacSha256::update(std::string_view bytes) {
  must(EVP_MAC_update(mac_of(context_.get()), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

Digest HmacSha256::finish() {
  std::array<unsigned char, 32> sum{};
  std::size_t length = 0;
  must(EVP_MAC_final(mac_of(context_.get()), sum.data(), &length, sum.size()));
  return in_hex(sum);
}

bool same_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Digest sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

}  // namespace cowherd
