// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/response.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace cowherd {

namespace {

// The text is shared; only the block that is on its way is copied.
ssize_t give_text(void* text, std::uint64_t position, char* buffer, std::size_t most) {
  const std::string& whole = **static_cast<SharedText*>(text);
  const std::size_t size = std::min(most, whole.size() - static_cast<std::size_t>(position));
  std::memcpy(buffer, whole.data() + position, size);
  return static_cast<ssize_t>(size);
}

void let_text_go(void* text) { std::unique_ptr<SharedText>(static_cast<SharedText*>(text)).reset(); }

}  // namespace

void put_header(MHD_Response* response, const char* name, const char* value) {
  (void)MHD_add_response_header(response, name, value);
}

MHD_Response* response_of(const ApiAnswer& answer) {
  auto text = std::make_unique<SharedText>(answer.body);
  const std::uint64_t size = answer.body->size();
  MHD_Response* response = MHD_create_response_from_callback(size, kSentAtOnce, &give_text, text.get(), &let_text_go);
  if (response == nullptr) return nullptr;
  (void)text.release();  // the response has it
  put_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.type);
  if (answer.code == MHD_HTTP_UNAUTHORIZED) put_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"cowherd\"");
  if (!answer.allowed.empty()) put_header(response, MHD_HTTP_HEADER_ALLOW, answer.allowed.c_str());
  if (answer.code == MHD_HTTP_TOO_MANY_REQUESTS || answer.code == MHD_HTTP_SERVICE_UNAVAILABLE) {
    put_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
  }
  return response;
}

}  // namespace cowherd
