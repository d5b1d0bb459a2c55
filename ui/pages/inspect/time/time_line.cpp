// SPDX-License-Identifier: GPL-3.0-or-later
// Joins what was kept of pictures with what was kept of weights.
#include "ui/pages/inspect/time/time_line.h"

#include <algorithm>
#include <map>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kPlayMs = 250;

// The first frame at that moment or later.
std::vector<FilmFrame>::const_iterator notBefore(const Film& film, double time) {
    return std::lower_bound(film.frames.begin(), film.frames.end(), time,
                            [](const FilmFrame& frame, double wanted) { return frame.time < wanted; });
}

}  // namespace

TimeLine::TimeLine(QObject* parent) : QObject(parent) {
    m_timer.setInterval(kPlayMs);
    connect(&m_timer, &QTimer::timeout, this, &TimeLine::step);
}

void TimeLine::begin(const Course& course) {
    pause();
    const bool wasNow = isNow();
    m_course = course;
    m_films.clear();
    m_keptEpochs.clear();
    m_moments.clear();
    m_position = 0;
    Q_EMIT momentsChanged();
    Q_EMIT courseChanged();
    if (!wasNow) Q_EMIT moved();
}

void TimeLine::setCourse(const Course& course) {
    if (course == m_course) return;
    m_course = course;
    Q_EMIT courseChanged();
}

void TimeLine::setFilms(std::vector<Film> films) {
    m_films = std::move(films);
    collect();
}

void TimeLine::setKeptEpochs(const std::vector<std::int64_t>& epochs) {
    if (epochs == m_keptEpochs) return;
    m_keptEpochs = epochs;
    collect();
}

void TimeLine::add(const ProbePredicted& probe, std::int64_t stepsPerEpoch) {
    if (probe.image.empty()) return;  // of a picture that is not kept
    addFrame(m_films, probe, stepsPerEpoch);
    const FilmFrame& frame = filmOf(probe.image)->frames.back();
    if (!m_moments.empty() && frame.time < m_moments.back().time) return collect();
    if (!m_moments.empty() && frame.time == m_moments.back().time) return;  // of another picture
    const bool wasNow = isNow();
    m_moments.push_back({frame.time, frame.epoch, frame.step, false});
    if (wasNow) m_position = nowPosition();
    Q_EMIT momentsChanged();
}

void TimeLine::collect() {
    std::map<double, Moment> byTime;
    for (const Film& film : m_films)
        for (const FilmFrame& frame : film.frames) byTime[frame.time] = {frame.time, frame.epoch, frame.step, false};
    for (const std::int64_t epoch : m_keptEpochs) {
        const auto time = static_cast<double>(epoch);
        Moment& moment = byTime[time];
        moment.time = time;
        moment.epoch = epoch;
        moment.weights = true;
    }
    const bool wasNow = isNow();
    const Moment before = wasNow ? Moment{} : *moment();
    m_moments.clear();
    for (const auto& entry : byTime) m_moments.push_back(entry.second);
    m_position = !wasNow ? static_cast<int>(std::distance(byTime.begin(), byTime.lower_bound(before.time)))
                        : nowPosition();
    Q_EMIT momentsChanged();
    if (!wasNow && (isNow() || *moment() != before)) Q_EMIT moved();
}

const Moment* TimeLine::moment() const {
    return isNow() ? nullptr : &m_moments[static_cast<std::size_t>(m_position)];
}

void TimeLine::moveTo(int position) {
    position = std::clamp(position, 0, nowPosition());
    if (std::exchange(m_position, position) != position) Q_EMIT moved();
}

const Film* TimeLine::filmOf(const std::string& image) const {
    const auto found =
        std::find_if(m_films.begin(), m_films.end(), [&](const Film& film) { return film.image == image; });
    return image.empty() || found == m_films.end() ? nullptr : &*found;
}

const FilmFrame* TimeLine::frameOf(const std::string& image) const {
    const Film* film = filmOf(image);
    if (!film || isNow()) return nullptr;
    const auto frame = notBefore(*film, moment()->time);
    return frame == film->frames.end() || frame->time != moment()->time ? nullptr : &*frame;
}

void TimeLine::play() {
    if (playing() || m_moments.empty()) return;
    if (isNow()) moveTo(0);
    m_timer.start();
    Q_EMIT playingChanged(true);
}

void TimeLine::pause() {
    if (!playing()) return;
    m_timer.stop();
    Q_EMIT playingChanged(false);
}

void TimeLine::step() {
    if (m_ready && !m_ready()) return;
    moveTo(m_position + 1);
    if (isNow()) pause();
}

}  // namespace vit::ui
