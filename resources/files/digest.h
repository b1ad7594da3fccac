// SPDX-License-Identifier: Apache-2.0
// SHA-256 piece by piece (OpenSSL EVP). The only place that knows OpenSSL.
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

}  // namespace cowherd
