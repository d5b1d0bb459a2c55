// SPDX-License-Identifier: GPL-3.0-or-later
// The one catch of a page's work is here; its answer goes to the GUI thread as a queued call.
#include "ui/widgets/job.h"

#include "core/base/error.h"

#include <QElapsedTimer>

#include <exception>

namespace vit::ui {

namespace {

constexpr int kProgressIntervalMs = 40;

}  // namespace

Job::Job(QObject* parent) : QObject(parent) {
    m_pool.setMaxThreadCount(2);  // one that was cancelled may still be on its way out
}

Job::~Job() {
    abandon();
    m_pool.waitForDone();
}

void Job::cancel() {
    if (m_cancel) *m_cancel = true;
}

void Job::abandon() {
    cancel();
    m_cancel.reset();
}

void Job::start(std::function<void(const Progress&)> work, std::function<void()> done) {
    abandon();
    m_cancel = std::make_shared<std::atomic<bool>>(false);
    const Flag cancel = m_cancel;
    m_pool.start([this, cancel, work = std::move(work), done = std::move(done)] {
        QString problem;
        try {
            work(reporter(cancel));
        } catch (const Cancelled&) {
            *cancel = true;
        } catch (const std::exception& e) {
            problem = QString::fromUtf8(e.what());
        }
        QMetaObject::invokeMethod(this, [this, cancel, problem, done] { finish(cancel, problem, done); },
                                  Qt::QueuedConnection);
    });
}

Progress Job::reporter(const Flag& cancel) {
    auto sinceReport = std::make_shared<QElapsedTimer>();
    return [this, cancel, sinceReport](const std::string& what, std::int64_t done, std::int64_t total) {
        if (*cancel) return false;
        if (!sinceReport->isValid() || sinceReport->elapsed() >= kProgressIntervalMs) {
            sinceReport->start();
            QMetaObject::invokeMethod(
                this,
                [this, cancel, text = QString::fromStdString(what), done, total] {
                    if (cancel == m_cancel) Q_EMIT progressed(text, done, total);
                },
                Qt::QueuedConnection);
        }
        return true;
    };
}

void Job::finish(const Flag& cancel, const QString& problem, const std::function<void()>& done) {
    if (cancel != m_cancel) return;  // abandoned, or superseded by another start
    m_cancel.reset();
    if (!problem.isEmpty()) Q_EMIT failed(problem);
    else if (*cancel) Q_EMIT cancelled();
    else done();
    Q_EMIT ended();
}

}  // namespace vit::ui
