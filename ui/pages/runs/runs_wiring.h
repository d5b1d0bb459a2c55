// SPDX-License-Identifier: GPL-3.0-or-later
// Ties the Runs page to the window's other parts: a run is opened, or its settings are taken.
#pragma once

#include <functional>

namespace vit::ui {

class ExperimentForm;
class RunsPage;
class SessionBridge;
class TrainPage;

struct RunsWiring {
    SessionBridge& bridge;
    ExperimentForm& form;
    TrainPage& trainPage;
    std::function<void()> showTrainPage;
    std::function<void()> showForm;
};

void connectRunsPage(RunsPage& page, const RunsWiring& wiring);

}  // namespace vit::ui
