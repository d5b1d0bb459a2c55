// SPDX-License-Identifier: GPL-3.0-or-later
// The moments of a run's training that one can go back to, which of them is looked at, and playing through them.
#pragma once

#include "core/runs/run_film.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vit::ui {

struct Moment {
    double time = 0;         // in epochs, as in FilmFrame
    std::int64_t epoch = 0;  // finished epochs
    std::int64_t step = 0;   // 0 = not known: nothing but the weights was kept
    bool weights = false;    // they were kept: everything can be asked

    bool endsEpoch() const { return time == static_cast<double>(epoch); }
    bool operator==(const Moment&) const = default;
};

// How far the run is whose moments these are.
struct Course {
    std::int64_t epochs = 0;  // planned; 0 = not known
    std::int64_t done = 0;
    bool live = false;        // it is being trained

    bool operator==(const Course&) const = default;
};

// Moments in their order, and behind them Now: the model as it is. At first there is nothing but Now.
class TimeLine : public QObject {
    Q_OBJECT

public:
    explicit TimeLine(QObject* parent = nullptr);

    // Another run: of the one before nothing is left.
    void begin(const Course& course);
    void setCourse(const Course& course);
    const Course& course() const { return m_course; }
    // What the run has kept so far.
    void setFilms(std::vector<Film> films);
    void setKeptEpochs(const std::vector<std::int64_t>& epochs);
    void add(const ProbePredicted& probe, std::int64_t stepsPerEpoch);

    const std::vector<Moment>& moments() const { return m_moments; }
    int nowPosition() const { return static_cast<int>(m_moments.size()); }
    int position() const { return m_position; }
    bool isNow() const { return m_position == nowPosition(); }
    const Moment* moment() const;  // null: Now
    void moveTo(int position);     // the nearest one that there is

    // Of a picture, by its file in the run's folder; null where there is none.
    const Film* filmOf(const std::string& image) const;
    const FilmFrame* frameOf(const std::string& image) const;  // of this very moment

    bool playing() const { return m_timer.isActive(); }
    void play();  // from here; from the first moment if it is Now
    void pause();
    // While this is false, playing waits: what belongs to the moment is not there yet.
    void setReady(std::function<bool()> ready) { m_ready = std::move(ready); }

Q_SIGNALS:
    void momentsChanged();
    void courseChanged();
    void moved();  // to another moment, or more or less is known of this one
    void playingChanged(bool playing);

private:
    void collect();
    void step();

    Course m_course;
    std::vector<Film> m_films;
    std::vector<std::int64_t> m_keptEpochs;
    std::vector<Moment> m_moments;
    int m_position = 0;
    QTimer m_timer;
    std::function<bool()> m_ready;
};

}  // namespace vit::ui
