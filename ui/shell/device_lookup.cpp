// SPDX-License-Identifier: GPL-3.0-or-later
// Asks selectDevice() and puts its answer in words.
#include "ui/shell/device_lookup.h"

#include "core/device/device.h"

namespace vit::ui {

namespace {

struct Answer {
    QString text;
    Issues issues;
};

Answer lookUp(const RunConfig& run) {
    try {
        const DeviceSelection selection = selectDevice(run);
        return {QString::fromStdString(selection.deviceText + " · " + selection.precisionText), {}};
    } catch (const InvalidInput& problem) {
        return {DeviceLookup::tr("This device cannot be used here"), problem.issues()};
    }
}

}  // namespace

void DeviceLookup::ask(const RunConfig& run) {
    m_job.run([run](const Progress&) { return lookUp(run); },
              [this, run](const Answer& answer) { Q_EMIT answered(run, answer.text, answer.issues); });
}

}  // namespace vit::ui
