// SPDX-License-Identifier: GPL-3.0-or-later
// The row that goes through a run's training: play, the slider of its moments, which one is looked at, saving a film.
#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace vit::ui {

class EpochSlider;
class TimeLine;

class EpochBar : public QFrame {
    Q_OBJECT

public:
    EpochBar(TimeLine& line, QWidget* parent);

    // Why there is no film of the picture that is looked at; empty: it can be saved.
    void setNoFilm(const QString& why);

Q_SIGNALS:
    void filmRequested();

private:
    void showMoments();
    void showMoment();
    void showPlaying();
    void togglePlaying();

    TimeLine& m_line;
    QToolButton* m_play;
    EpochSlider* m_slider;
    QLabel* m_hint;    // in place of the slider while there is nothing to go back to
    QLabel* m_moment;
    QToolButton* m_save;
};

// "Now · epoch 12 of 40 · live", "epoch 12 of 40", "step 3,400".
QString momentText(const TimeLine& line);

}  // namespace vit::ui
