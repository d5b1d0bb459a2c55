// SPDX-License-Identifier: GPL-3.0-or-later
// Work of a page that would freeze the window: done on a thread of its own, answered on the GUI thread.
#pragma once

#include "core/data/store/data_store.h"

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace vit::ui {

// One piece of work at a time: starting another one cancels the first, whose answer is then not delivered. The
// destructor cancels and waits.
class Job : public QObject {
    Q_OBJECT

public:
    explicit Job(QObject* parent = nullptr);
    ~Job() override;

    // `work(const Progress&)` runs on the other thread and may throw; `done(result)` follows on this one if it did not.
    // Both work and result must be copyable or movable values that share nothing unguarded with this thread.
    template <class Work, class Done>
    void run(Work work, Done done) {
        using Result = std::invoke_result_t<Work, const Progress&>;
        auto result = std::make_shared<std::optional<Result>>();
        start([work = std::move(work), result](const Progress& progress) { result->emplace(work(progress)); },
              [done = std::move(done), result] { done(std::move(**result)); });
    }

    bool running() const { return m_cancel != nullptr; }
    void cancel();   // ends as cancelled() as soon as the work asks its Progress
    void abandon();  // cancels, and delivers nothing

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);  // at most 25 a second; total 0 = not known
    void failed(const QString& problem);
    void cancelled();
    void ended();  // after the work's answer, failed() or cancelled()

private:
    using Flag = std::shared_ptr<std::atomic<bool>>;

    void start(std::function<void(const Progress&)> work, std::function<void()> done);
    Progress reporter(const Flag& cancel);
    void finish(const Flag& cancel, const QString& problem, const std::function<void()>& done);

    QThreadPool m_pool;
    Flag m_cancel;  // of the work that is going on; null when there is none
};

}  // namespace vit::ui
