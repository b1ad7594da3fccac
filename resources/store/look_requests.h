// SPDX-License-Identifier: Apache-2.0
// Requests for a look now: small files under approvals/, where they wake whoever watches over the state directory, and
// which it removes when the pass that began after the request is done. Written without the lock.
#pragma once

#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/store/layout.h"

namespace cowherd {

// The path of the request, which is there until it was answered.
Result<std::string> request_look(FileSystem& files, const Layout& layout, const Uid& token);

// Paths of the requests that wait for an answer.
Result<std::vector<std::string>> list_look_requests(FileSystem& files, const Layout& layout);

}  // namespace cowherd
