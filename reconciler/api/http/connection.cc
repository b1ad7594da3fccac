// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/connection.h"

#include <algorithm>
#include <cstring>

namespace cowherd {

void Connection::take_body(std::string_view piece) {
  if (!hook) body.append(piece.substr(0, kLongestBody + 1 - body.size()));
  if (hook && hook->body) hook->body->take(piece);
}

bool Connection::has_line(const std::shared_ptr<const Page>& page, Moment now) {
  if (hung_up || line) return true;
  line = watch->next(page, now);
  sent = 0;
  return line != nullptr || watch->ended();
}

std::size_t Connection::give(char* buffer, std::size_t most) {
  const std::size_t size = std::min(most, line->size() - sent);
  std::memcpy(buffer, line->data() + sent, size);
  sent += size;
  if (sent == line->size()) line.reset();
  return size;
}

void Connection::resume(Moment now) {
  if (!suspended) return;
  suspended = false;
  since = now;
  MHD_resume_connection(handle);
}

}  // namespace cowherd
