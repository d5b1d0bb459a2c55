// SPDX-License-Identifier: GPL-3.0-or-later
// From a request to a job that runs by itself.
#pragma once

#include "core/base/error.h"
#include "core/jobs/job_request.h"
#include "core/jobs/job_store.h"

#include <filesystem>
#include <string>

namespace vit {

// The data set is not on this computer: whoever asks may send it.
class DataMissing : public InvalidInput {
public:
    explicit DataMissing(std::string name);

    const std::string& name() const { return m_name; }

private:
    std::string m_name;
};

struct StartedJob {
    std::string id;
    std::filesystem::path runFolder;  // in which the run will be; it need not have begun
};

// Returns when the job's own process has taken over, which outlives this one. A request whose answer was lost on the
// way may be made again (JobRequest::token). Throws DataMissing, InvalidInput when a run to go on with is not there or
// is trained already, Error when the process does not start.
StartedJob startJob(const JobStore& jobs, JobRequest request);

}  // namespace vit
