// SPDX-License-Identifier: GPL-3.0-or-later
// Between a job and someone who may come and go.
#pragma once

#include <cstdint>
#include <filesystem>

namespace vit {

// Writes the job's events from number `from` on to `output`, a line each, as they come, and passes the commands that
// come as lines from `input` (job_command.h) to it. Between the events stand lines that are none and are not counted:
// {"job": "attached"} first, {"job": "paused"} and {"job": "going"}, and after the last event {"job": "ended"}. Returns
// then, or when `input` has ended or nobody reads `output` any more, which does not concern the job. Both are open
// descriptors. A command that is none is told as {"job": "refused", "text": …}. Throws Error if the events cannot be
// read.
void followJob(const std::filesystem::path& job, std::int64_t from, int input, int output);

}  // namespace vit
