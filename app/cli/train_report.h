// SPDX-License-Identifier: GPL-3.0-or-later
// A training run told to a person at a terminal.
#pragma once

#include "app/cli/status_line.h"
#include "core/events/event.h"

#include <string>
#include <vector>

namespace vit::cli {

class TrainReport {
public:
    explicit TrainReport(bool everyStep) : m_everyStep(everyStep) {}

    void handle(const Event& event);

private:
    void show(const RunStarted& run);
    void show(const StepDone& step);
    void show(const EpochDone& epoch);
    void show(const ProbePredicted& probe);
    void show(const PhaseChanged& phase);
    void show(const Message& message);
    void show(const RunFinished& result);
    template <typename Other>
    void show(const Other&) {}  // no words here: a layer's fault comes as a Message, and main() tells a failure

    bool m_everyStep;
    StatusLine m_line{stdout};
    std::int64_t m_epochs = 0;
    std::vector<double> m_speeds;  // images/s at each step
    double m_memory = 0;           // peak, bytes
};

}  // namespace vit::cli
