// SPDX-License-Identifier: GPL-3.0-or-later
// Which device a run would get, asked off the GUI thread: the answer may wake a graphics driver.
#pragma once

#include "core/base/error.h"
#include "core/config/config.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

namespace vit::ui {

class DeviceLookup : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    void ask(const RunConfig& run);  // an earlier question is forgotten

Q_SIGNALS:
    // "CPU, 2 threads (auto: no CUDA device found) · fp32"; with issues, the run cannot be made here.
    void answered(const vit::RunConfig& run, const QString& text, const vit::Issues& issues);

private:
    Job m_job;
};

}  // namespace vit::ui
