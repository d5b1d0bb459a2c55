// SPDX-License-Identifier: GPL-3.0-or-later
// Fills a TimeLine: with what the run of the model has kept, and with what comes while it trains. Knows which of the
// run's films is of which picture.
#pragma once

#include "core/config/config.h"
#include "core/data/images/image.h"
#include "ui/bridge/session_bridge.h"
#include "ui/pages/inspect/time/time_line.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vit::ui {

class TimeFeed : public QObject {
    Q_OBJECT

public:
    TimeFeed(SessionBridge& bridge, TimeLine& line, QObject* parent = nullptr);

    // Whose model is shown from now on.
    void setRun(const std::filesystem::path& folder, const Config& config);
    const std::filesystem::path& run() const { return m_run; }

    // Those whose films may be asked for: what the run has kept of them is found by their pixels.
    void setPictures(std::vector<std::shared_ptr<const Image>> pictures);
    // The picture's file in the run's folder; empty while nothing is known to have been kept of it.
    std::string nameOf(const std::shared_ptr<const Image>& picture) const;

Q_SIGNALS:
    void namesChanged();
    void failed(const QString& problem);  // what the run has kept cannot be read

private:
    using Picture = std::shared_ptr<const Image>;
    using Names = std::vector<std::pair<Picture, std::string>>;

    void read();
    void findNames();
    void listKeptEpochs();
    bool isLive() const { return !m_training.empty() && m_training == m_run; }
    void onProbe(const ProbePredicted& event);
    void onEpoch(const EpochDone& event);
    void onEnd();

    TimeLine& m_line;
    std::filesystem::path m_run;
    std::filesystem::path m_training;  // the run that goes on; empty: none does
    std::int64_t m_stepsPerEpoch = 0;  // of the one that went on last
    std::vector<Picture> m_pictures;
    Names m_names;
    std::vector<ProbePredicted> m_meanwhile;  // said while the folder was being read
    Job m_reading;
    Job m_listing;
    Job m_finding;
    QTimer m_listingDelay;
    QTimer m_findingDelay;
};

}  // namespace vit::ui
