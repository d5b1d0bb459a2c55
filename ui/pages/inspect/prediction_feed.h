// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the prediction of one picture up to date: asks again whenever the picture or the model changes.
#pragma once

#include "core/config/config.h"
#include "core/data/images/image.h"
#include "core/events/prediction.h"
#include "ui/bridge/session_bridge.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vit::ui {

class PredictionFeed : public QObject {
    Q_OBJECT

public:
    explicit PredictionFeed(SessionBridge& bridge, QObject* parent = nullptr);

    // Asks for the picture's prediction; null for none. The first picture opens the run that is shown, else the one
    // that was trained last, unless there is a model already.
    void setImage(std::shared_ptr<const Image> image);
    // These are predicted after each epoch and kept with the run, as is the one above while there is room.
    void setPinned(std::vector<std::shared_ptr<const Image>> images);

    // The picture's file in the folder of the run that trains, by which its predictions are told; empty: not known yet.
    void setProbeName(const std::string& name) { m_probeName = name; }

    // Whether it is asked of the current model (the default) or of another; none: it is not asked.
    void setModelChoice(const std::optional<ModelChoice>& choice);
    bool busy() const { return m_request != 0; }  // an answer is still to come

    // The run that is shown: its model answers from now on. It is opened when there is a picture to predict.
    void setRun(const std::filesystem::path& folder);
    const std::filesystem::path& modelFolder() const { return m_modelFolder; }

Q_SIGNALS:
    void predicted(const vit::Prediction& prediction);
    void unavailable(const QString& why);            // no prediction for now: to be shown in its place
    void modelChanged(const vit::Config& config);    // predictions come from another model than before
    void modelMissing();                             // the one that is wanted could not be opened: from none

private:
    enum class Model { Unknown, LookedFor, Opening, None, There };

    void ask();
    void tellProbes();
    bool isProbe() const;
    void lookForLastRun();
    void openRun();
    void useModel(const std::string& folder, const Config& config);
    void onRunStarted(const RunStarted& event);
    void onModelOpened(const ModelOpened& event);
    void onReply(std::uint64_t request, const Reply<Prediction>& reply);
    void onProbePredicted(const ProbePredicted& event);

    SessionBridge& m_bridge;
    Job m_lookup;
    std::shared_ptr<const Image> m_image;
    std::vector<std::shared_ptr<const Image>> m_pinned;
    std::string m_probeName;
    std::optional<ModelChoice> m_choice = ModelChoice();
    Model m_model = Model::Unknown;
    std::filesystem::path m_run;          // whose model is wanted; empty: that of the run trained last
    std::filesystem::path m_modelFolder;  // of the model that is there
    std::uint64_t m_request = 0;      // the one that is still to be answered; 0 = none
    std::uint64_t m_lastRequest = 0;
};

}  // namespace vit::ui
