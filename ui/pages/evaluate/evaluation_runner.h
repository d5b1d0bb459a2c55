// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluates the model of a run: opens model and data set, asks for the answers some images at a time, so that the model
// answers others in between and Cancel is at once, and makes the figures of them off the GUI thread.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/evaluation/evaluation.h"
#include "core/inspect/view_answers.h"
#include "ui/bridge/session_bridge.h"
#include "ui/widgets/job.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace vit {
class DataStore;
}

namespace vit::ui {

class DatasetLoader;

// What came of it, with the images that it is about. Shared and never changed.
struct EvaluatedSplit {
    Evaluation evaluation;
    std::shared_ptr<const Dataset> dataset;
    QString data;             // its name
    DataConfig cut;           // where splits are cut: as the run's are, if it is its data set
    Split split = Split::Test;

    DatasetView view() const { return {dataset, split, cut}; }
};

class EvaluationRunner : public QObject {
    Q_OBJECT

public:
    EvaluationRunner(SessionBridge& bridge, std::shared_ptr<DataStore> store, QObject* parent = nullptr);

    // On a data set whose classes are among the model's. Ends as evaluated(), failed() or cancelled().
    void start(const std::filesystem::path& runFolder, const QString& data, Split split);
    void cancel();
    bool running() const { return m_request != 0; }

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);
    void evaluated(std::shared_ptr<const vit::ui::EvaluatedSplit> result);
    void noteArrived(const QString& text);  // it is evaluated, but something is not as it should be
    void failed(const QString& problem);
    void cancelled();

private:
    struct Part {
        EvaluationSubject subject;
        ImageAnswers answers;
    };
    struct Model {
        std::filesystem::path folder;
        Config config;
    };

    void onModelOpened(const ModelOpened& opened);
    void openData();
    void adaptData();
    void beginAsking(std::shared_ptr<const Dataset> dataset);
    void askNext();
    void onPart(const Reply<Part>& reply);
    void finish();
    void end();
    void fail(const QString& problem);

    SessionBridge& m_bridge;
    DatasetLoader* m_loader;
    Job m_figures;
    std::optional<Model> m_model;  // the one that answers
    std::filesystem::path m_run;   // what is wanted
    QString m_data;
    Split m_split = Split::Test;
    std::shared_ptr<const Dataset> m_dataset;  // as the model takes it
    std::optional<DatasetView> m_view;
    std::optional<EvaluationSubject> m_subject;
    ImageAnswers m_answers;
    std::int64_t m_images = 0;     // asked for at a time: whole batches
    QElapsedTimer m_sinceAsked;
    std::uint64_t m_request = 0;   // 0 = nothing goes on
    std::uint64_t m_lastRequest = 0;
};

}  // namespace vit::ui
