// SPDX-License-Identifier: GPL-3.0-or-later
// Moves a run's end.
#include "core/runs/extension.h"

#include "core/config/schema.h"
#include "core/runs/run_store.h"

namespace vit {

Config extended(const RunSummary& run, const Extension& extension) {
    Config config = run.config;
    if (extension.epochs == 0) return config;
    const std::int64_t scheduled = config.schedule.epochs > 0 ? config.schedule.epochs : config.run.epochs;
    config.schedule.epochs = extension.schedule == ScheduleEnd::Keep ? scheduled : 0;
    if (run.result && run.result->reason == StopReason::EarlyStopped) {
        config.run.epochs = run.result->epochsDone;
        config.run.patience = 0;
    }
    config.run.epochs += extension.epochs;
    if (Issues issues = validate(config); !issues.empty()) throw InvalidInput(std::move(issues));
    return config;
}

}  // namespace vit
