// SPDX-License-Identifier: GPL-3.0-or-later
// What opening a run and duplicating its settings do in the window.
#include "ui/pages/runs/runs_wiring.h"

#include "ui/form/experiment_form.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/train/train_page.h"

namespace vit::ui {

void connectRunsPage(RunsPage& page, const RunsWiring& wiring) {
    QObject::connect(&page, &RunsPage::openRequested, &page, [wiring](const RunSummary& run) {
        wiring.showTrainPage();
        if (run.live) return;  // it is what the page shows
        wiring.trainPage.showRun(run.folder);  // its model predicts from then on
    });
    QObject::connect(&page, &RunsPage::settingsRequested, &page, [wiring](const RunSummary& run) {
        wiring.showForm();
        wiring.form.setConfig(run.config, wiring.form.preset());
    });
}

}  // namespace vit::ui
