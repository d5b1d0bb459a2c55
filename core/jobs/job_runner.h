// SPDX-License-Identifier: GPL-3.0-or-later
// The process that trains a job.
#pragma once

#include <filesystem>
#include <functional>

namespace vit {

// Trains what the job's request.json asks for, writes down what the run tells and does what it is told, until the run
// has ended. `interrupted` is asked now and then; true stops the run as the command "stop" does. Whatever goes wrong is
// told as the last event; throws only if that cannot be written.
void runJob(const std::filesystem::path& job, const std::function<bool()>& interrupted);

}  // namespace vit
