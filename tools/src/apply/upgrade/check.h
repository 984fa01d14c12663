#pragma once
// Finds what is installed, for plan/upgrade/check.h, and makes the passwords of a first install.

#include <string>

#include "base/error.h"
#include "kube/api.h"
#include "plan/upgrade/check.h"
#include "sys/deadline.h"

namespace bowline {

/// Reads, changes nothing. What is not there is empty. Errors are the API's: nothing is known then.
Result<InstalledState> FindInstalled(const KubeApi& api, const std::string& name_space,
                                     const AskedState& asked, Deadline deadline);

/// Random passwords and a key for the members' messages, unless the Secret is there: then it gets
/// the declared annotations that it lacks, and stays otherwise as it is. After that the Secret of
/// the service binding, when one is wanted: it is made, or put right. kFailedPrecondition: a Secret
/// is there without a password. kAlreadyExists: somebody else makes it right now.
Status MakePasswords(const KubeApi& api, const std::string& name_space, const AskedState& asked,
                     Deadline deadline);

}  // namespace bowline
