// SPDX-License-Identifier: GPL-3.0-or-later
// Climbs the ladder off the GUI thread; the rungs that train do so through the window's session, where the whole window
// sees them.
#pragma once

#include "core/finetune/ladder.h"
#include "ui/pages/evaluate/evaluation_runner.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace vit {
class DataStore;
}

namespace vit::ui {

class SessionBridge;

// What came of it. Shared and never changed.
struct Climbed {
    std::shared_ptr<const LadderResult> ladder;
    std::shared_ptr<const EvaluatedSplit> best;  // what the best run says of the test photos; null: none was left
    std::filesystem::path bestRun;               // empty: so too
};

class LadderRunner : public QObject {
    Q_OBJECT

public:
    LadderRunner(SessionBridge& bridge, std::shared_ptr<DataStore> store, QObject* parent = nullptr);

    // Ends as climbed(), failed() or cancelled(). What came in before an end is told by changed().
    void start(const LadderRequest& request);
    void cancel() { m_job.cancel(); }
    bool running() const { return m_job.running(); }

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);
    void began(vit::Rung rung);
    void changed(std::shared_ptr<const vit::LadderResult> result);
    void climbed(const vit::ui::Climbed& climbed);
    void failed(const QString& problem);
    void cancelled();

private:
    // Between the job, which waits for a training, and the GUI thread, which hears of it.
    struct Training {
        std::mutex mutex;  // guards what follows
        std::condition_variable ended;
        std::optional<RunFinished> finished;
        std::optional<std::string> failure;
        std::string text;
        std::int64_t done = 0;
        std::int64_t total = 0;
    };

    RunFinished train(const TrainRequest& request, const Progress& progress);  // the job's thread
    void onEnded(std::optional<RunFinished> finished, std::optional<std::string> failure);
    template <typename Call>
    void onGuiThread(Call call);

    SessionBridge& m_bridge;
    std::shared_ptr<DataStore> m_store;
    Training m_training;
    bool m_trains = false;  // a run of the ladder's goes on; GUI thread only
    Job m_job;              // last: it uses the others until it has ended
};

}  // namespace vit::ui
