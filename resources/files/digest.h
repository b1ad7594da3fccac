// SPDX-License-Identifier: Apache-2.0
// SHA-256 and HMAC-SHA-256 (RFC 2104) piece by piece (OpenSSL EVP). The only place that knows OpenSSL.
#pragma once

#include <memory>
#include <string_view>

#include "resources/vocabulary/name.h"

namespace cowherd {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  // The digest of everything so far. Call it once; afterwards the object is spent.
  Digest finish();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view key);
  void update(std::string_view bytes);
  // The code of everything so far. Call it once; afterwards the object is spent.
  Digest finish();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

// Takes as long wherever they differ; only that they differ in length shows.
bool same_in_constant_time(std::string_view a, std::string_view b);

}  // namespace cowherd
