// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for all of them at once, or takes what was kept.
#include "ui/pages/inspect/pins/pinned_feed.h"

#include "ui/pages/inspect/pins/pinned_pictures.h"
#include "ui/pages/inspect/time/time_feed.h"
#include "ui/pages/inspect/time/time_line.h"

#include <utility>

namespace vit::ui {

PinnedFeed::PinnedFeed(SessionBridge& bridge, PinnedPictures& pictures, const TimeLine& line, const TimeFeed& time,
                       QObject* parent)
    : QObject(parent), m_bridge(bridge), m_pictures(pictures), m_line(line), m_time(time) {
    connect(&m_bridge, &SessionBridge::probePredicted, this, &PinnedFeed::onProbe);
    // The best weights take the place of the last ones.
    connect(&m_bridge, &SessionBridge::runFinished, this, &PinnedFeed::renew);
    connect(&m_pictures, &PinnedPictures::picturesChanged, this, &PinnedFeed::renew);
    connect(&m_line, &TimeLine::moved, this, &PinnedFeed::renew);
    connect(&m_time, &TimeFeed::namesChanged, this, &PinnedFeed::onNames);
}

void PinnedFeed::renew() {
    ++m_request;
    const Moment* moment = m_line.moment();
    if (!moment) ask({});
    else if (moment->weights) ask({m_time.run(), moment->epoch});
    else showKept();
}

void PinnedFeed::ask(const ModelChoice& choice) {
    auto images = m_pictures.images();
    if (images.empty()) return;
    const auto predict = [images](LoadedModel& model) {
        std::vector<Prediction> answers;
        for (const auto& image : images) answers.push_back(model.predict(*image));
        return answers;
    };
    const auto show = [this, images, request = m_request](const Reply<std::vector<Prediction>>& reply) {
        if (request != m_request) return;
        for (std::size_t i = 0; i < images.size(); ++i)
            m_pictures.setAnswer(images[i], reply.answer ? std::optional((*reply.answer)[i]) : std::nullopt);
    };
    m_bridge.ask(this, choice, predict, show);
}

void PinnedFeed::showKept() {
    for (const auto& image : m_pictures.images()) {
        const FilmFrame* frame = m_line.frameOf(m_time.nameOf(image));
        m_pictures.setAnswer(image, frame ? std::optional(frame->prediction) : std::nullopt);
    }
}

void PinnedFeed::onProbe(const ProbePredicted& event) {
    if (!m_line.isNow() || event.image.empty()) return;
    for (const auto& image : m_pictures.images())
        if (m_time.nameOf(image) == event.image) m_pictures.setAnswer(image, event.prediction);
}

// What came before the names were known.
void PinnedFeed::onNames() {
    if (m_line.moment() && !m_line.moment()->weights) return showKept();
    if (!m_line.isNow() || !m_line.course().live) return;
    for (const auto& image : m_pictures.images()) {
        const Film* film = m_line.filmOf(m_time.nameOf(image));
        if (film) m_pictures.setAnswer(image, film->frames.back().prediction);
    }
}

}  // namespace vit::ui
