// SPDX-License-Identifier: Apache-2.0
// What a person's word has to name so that it is valid for exactly what is held now. Pure.
#pragma once

#include <string>
#include <vector>

#include "reconciler/daemon/picture.h"

namespace cowherd {

// verb: "replace", "dataloss" or "delete". Invalid, saying what else is the case, when nothing of this object waits for
// that word.
Result<Approval> approval_for(const Picture& picture, const std::string& verb, const ObjectName& object);

// One for every object whose prune is held. Invalid when the picture is not whole: what cannot be seen cannot be approved.
Result<std::vector<Approval>> approvals_for_prune(const Picture& picture);

}  // namespace cowherd
