// SPDX-License-Identifier: Apache-2.0
#include "resources/files/digest.h"

#include <openssl/evp.h>

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
  std::string hex;
  for (const unsigned char byte : sum) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return Digest::make(hex).value_or(Digest{});
}

Digest sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

}  // namespace cowherd
