// SPDX-License-Identifier: GPL-3.0-or-later
// From the moment of a TimeLine to lenses, answers and thumbnails.
#include "ui/pages/inspect/time/inspect_time.h"

#include "ui/pages/inspect/lenses/lens_deck.h"
#include "ui/pages/inspect/pins/pinned_feed.h"
#include "ui/pages/inspect/pins/pinned_pictures.h"
#include "ui/pages/inspect/prediction_feed.h"
#include "ui/pages/inspect/prediction_panel.h"
#include "ui/pages/inspect/time/epoch_bar.h"
#include "ui/pages/inspect/time/film_saver.h"
#include "ui/pages/inspect/time/kept_view.h"
#include "ui/pages/inspect/time/time_feed.h"
#include "ui/pages/inspect/time/time_line.h"

#include <QStackedWidget>

namespace vit::ui {

InspectTime::InspectTime(const Parts& parts, QWidget* parent)
    : QObject(parent),
      m_parts(parts),
      m_line(new TimeLine(this)),
      m_time(new TimeFeed(parts.bridge, *m_line, this)),
      m_pinnedFeed(new PinnedFeed(parts.bridge, parts.pins, *m_line, *m_time, this)),
      m_bar(new EpochBar(*m_line, parent)),
      m_view(new QStackedWidget(parent)),
      m_kept(new KeptView(m_view)),
      m_saver(new FilmSaver(parts.prompts, parent)) {
    m_view->addWidget(&m_parts.deck);
    m_view->addWidget(m_kept);
    m_line->setReady([this] { return !m_parts.deck.busy() && !m_parts.feed.busy(); });
    connectParts();
    updateFilm();
}

void InspectTime::connectParts() {
    connect(m_line, &TimeLine::moved, this, &InspectTime::showMoment);
    connect(m_line, &TimeLine::momentsChanged, this, &InspectTime::updateFilm);
    connect(m_time, &TimeFeed::namesChanged, this, &InspectTime::onNames);
    connect(m_time, &TimeFeed::failed, this, &InspectTime::failed);
    connect(m_bar, &EpochBar::filmRequested, this, [this] {
        if (film()) m_saver->save(*film(), m_time->run());
    });
    connect(m_saver, &FilmSaver::progressed, this, &InspectTime::savingProgressed);
    connect(m_saver, &FilmSaver::ended, this, &InspectTime::savingEnded);
    connect(m_saver, &FilmSaver::saved, this, &InspectTime::filmSaved);
    connect(m_saver, &FilmSaver::failed, this, &InspectTime::failed);
    connect(&m_parts.pins, &PinnedPictures::picturesChanged, this, [this] {
        m_parts.feed.setPinned(m_parts.pins.images());
        tellPictures();
    });
    connect(&m_parts.feed, &PredictionFeed::predicted, this, [this](const Prediction& prediction) {
        if (m_line->isNow()) m_parts.predictions.showPrediction(prediction);
        else m_parts.predictions.showEarlier(prediction);
    });
}

QWidget* InspectTime::view() const { return m_view; }

void InspectTime::setPhoto(const Photo& photo) {
    m_photo = photo;
    tellPictures();
    useFilm();
    showMoment();
}

void InspectTime::setInput(const Image& input) { m_kept->setPicture(input); }

void InspectTime::setModel(const std::filesystem::path& run, const Config& config) {
    m_time->setRun(run, config);
    useFilm();
    m_pinnedFeed->renew();
}

void InspectTime::cancelSaving() { m_saver->cancel(); }

void InspectTime::tellPictures() {
    auto pictures = m_parts.pins.images();
    if (m_photo) pictures.push_back(m_photo.image);
    m_time->setPictures(std::move(pictures));
}

void InspectTime::showMoment() {
    const Moment* moment = m_line->moment();
    const bool kept = moment && !moment->weights;
    const ModelChoice choice = moment && !kept ? ModelChoice{m_time->run(), moment->epoch} : ModelChoice();
    m_parts.deck.holdScale(moment != nullptr);
    m_view->setCurrentIndex(kept ? 1 : 0);
    m_parts.deck.bar()->setEnabled(!kept);
    m_parts.deck.controls()->setEnabled(!kept);
    m_parts.feed.setModelChoice(kept ? std::nullopt : std::optional(choice));
    if (kept) return showKept();
    m_parts.deck.setModelChoice(choice);
}

void InspectTime::showKept() {
    if (!m_photo) return;
    const std::string name = m_time->nameOf(m_photo.image);
    const QString when = momentText(*m_line);
    if (const FilmFrame* frame = m_line->frameOf(name)) {
        m_kept->showFrame(*frame, mapRange(*m_line->filmOf(name)), when);
        m_parts.predictions.showEarlier(frame->prediction);
    } else {
        m_kept->showNothing(when);
        m_parts.predictions.showMessage(tr("Nothing was kept of this picture at %1.").arg(when));
    }
}

const Film* InspectTime::film() const {
    return m_photo ? m_line->filmOf(m_time->nameOf(m_photo.image)) : nullptr;
}

void InspectTime::onNames() {
    useFilm();
    if (m_line->moment() && !m_line->moment()->weights) return showKept();
    // What came before the names were known.
    if (film() && m_line->isNow() && m_line->course().live)
        m_parts.predictions.showPrediction(film()->frames.back().prediction);
}

void InspectTime::useFilm() {
    m_parts.feed.setProbeName(m_photo ? m_time->nameOf(m_photo.image) : std::string());
    updateFilm();
    if (!film()) return;
    std::vector<Prediction> ends;
    for (const FilmFrame& frame : film()->frames)
        if (frame.time == static_cast<double>(frame.epoch)) ends.push_back(frame.prediction);
    m_parts.predictions.addHistory(ends);
}

void InspectTime::updateFilm() {
    m_bar->setNoFilm(film() ? QString() : tr("There is no film of this picture yet: pin it, and train."));
}

}  // namespace vit::ui
