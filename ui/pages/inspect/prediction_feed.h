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

namespace vit::ui {

class PredictionFeed : public QObject {
    Q_OBJECT

public:
    explicit PredictionFeed(SessionBridge& bridge, QObject* parent = nullptr);

    // Pins the picture as the probe and asks for its prediction; null for none. The first picture opens the run that
    // is shown, else the one that was trained last, unless there is a model already.
    void setImage(std::shared_ptr<const Image> image);

    // The run that is shown: its model answers from now on. It is opened when there is a picture to predict.
    void setRun(const std::filesystem::path& folder);

Q_SIGNALS:
    void predicted(const vit::Prediction& prediction);
    void unavailable(const QString& why);            // no prediction for now: to be shown in its place
    void modelChanged(const vit::Config& config);    // predictions come from another model than before

private:
    enum class Model { Unknown, LookedFor, Opening, None, There };

    void ask();
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
    Model m_model = Model::Unknown;
    std::filesystem::path m_run;          // whose model is wanted; empty: that of the run trained last
    std::filesystem::path m_modelFolder;  // of the model that is there
    std::uint64_t m_request = 0;      // the one that is still to be answered; 0 = none
    std::uint64_t m_lastRequest = 0;
};

}  // namespace vit::ui
