// SPDX-License-Identifier: GPL-3.0-or-later
// Changes of runs, made one after another off the GUI thread.
#pragma once

#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace vit::ui {

class RunChanges : public QObject {
    Q_OBJECT

public:
    using Change = std::function<void()>;  // throws if it is refused, which keeps no other one back

    explicit RunChanges(QObject* parent = nullptr);

    void add(std::vector<Change> changes);
    void finish();  // returns when all are made; the window is drawn meanwhile, but takes no clicks

Q_SIGNALS:
    void refused(const QString& problems);  // a line for each
    void made();

private:
    void start();

    std::vector<Change> m_waiting;
    Job m_job;
};

}  // namespace vit::ui
