// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the answers about the pinned pictures those of the moment that is looked at.
#pragma once

#include "ui/bridge/session_bridge.h"

#include <QObject>

#include <cstdint>

namespace vit::ui {

class PinnedPictures;
class TimeFeed;
class TimeLine;

class PinnedFeed : public QObject {
    Q_OBJECT

public:
    PinnedFeed(SessionBridge& bridge, PinnedPictures& pictures, const TimeLine& line, const TimeFeed& time,
               QObject* parent = nullptr);

    // Another moment, another model, or other pictures.
    void renew();

private:
    void ask(const ModelChoice& choice);
    void showKept();
    void onProbe(const ProbePredicted& event);
    void onNames();

    SessionBridge& m_bridge;
    PinnedPictures& m_pictures;
    const TimeLine& m_line;
    const TimeFeed& m_time;
    std::uint64_t m_request = 0;  // the last one; answers to others come too late
};

}  // namespace vit::ui
