// SPDX-License-Identifier: GPL-3.0-or-later
// What is added while a batch is being made is the next batch.
#include "ui/pages/runs/run_changes.h"

#include <QEventLoop>
#include <QStringList>

#include <exception>
#include <iterator>
#include <utility>

namespace vit::ui {

namespace {

QStringList makeAll(const std::vector<RunChanges::Change>& changes) {
    QStringList problems;
    for (const auto& change : changes) {
        try {
            change();
        } catch (const std::exception& problem) {
            problems << QString::fromUtf8(problem.what());
        }
    }
    return problems;
}

}  // namespace

RunChanges::RunChanges(QObject* parent) : QObject(parent) {
    connect(&m_job, &Job::ended, this, [this] {
        Q_EMIT made();
        start();
    });
}

void RunChanges::add(std::vector<Change> changes) {
    std::move(changes.begin(), changes.end(), std::back_inserter(m_waiting));
    start();
}

void RunChanges::finish() {
    QEventLoop loop;
    connect(&m_job, &Job::ended, &loop, &QEventLoop::quit);
    while (m_job.running()) loop.exec(QEventLoop::ExcludeUserInputEvents);
}

void RunChanges::start() {
    if (m_job.running() || m_waiting.empty()) return;
    m_job.run([changes = std::exchange(m_waiting, {})](const Progress&) { return makeAll(changes); },
              [this](const QStringList& problems) {
                  if (!problems.isEmpty()) Q_EMIT refused(problems.join('\n'));
              });
}

}  // namespace vit::ui
