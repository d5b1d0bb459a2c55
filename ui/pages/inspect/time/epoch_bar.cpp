// SPDX-License-Identifier: GPL-3.0-or-later
// Controls of a TimeLine.
#include "ui/pages/inspect/time/epoch_bar.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/time/epoch_slider.h"
#include "ui/pages/inspect/time/time_line.h"
#include "ui/widgets/elided_label.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>

namespace vit::ui {

QString momentText(const TimeLine& line) {
    const Course& course = line.course();
    const auto epochText = [&](std::int64_t epoch) {
        return course.epochs > 0
                   ? EpochBar::tr("epoch %1 of %2").arg(withThousands(epoch), withThousands(course.epochs))
                   : EpochBar::tr("epoch %1").arg(withThousands(epoch));
    };
    if (const Moment* moment = line.moment()) {
        return moment->endsEpoch() ? epochText(moment->epoch)
                                   : EpochBar::tr("step %1").arg(withThousands(moment->step));
    }
    if (!course.live) return EpochBar::tr("Now");
    return EpochBar::tr("Now · %1 · live").arg(epochText(course.done));
}

EpochBar::EpochBar(TimeLine& line, QWidget* parent) : QFrame(parent), m_line(line) {
    m_play = new QToolButton(this);
    m_play->setObjectName("epochPlay");
    m_play->setFocusPolicy(Qt::StrongFocus);
    m_slider = new EpochSlider(this);
    m_slider->setObjectName("epochSlider");
    m_slider->setAccessibleName(tr("Moment of the training"));
    m_slider->setToolTip(
        tr("Go back to what was kept while the model learned: bold marks where its weights were, thin ones where "
           "answers and maps of pinned pictures were. Arrow keys step, Home is the first moment, End is Now, Space "
           "plays."));
    m_hint = new ElidedLabel(this);
    m_hint->setObjectName("epochHint");
    m_hint->setText(tr("No epoch to go back to yet: pin a picture, or keep weights (run.keep_epochs), and train."));
    m_hint->setToolTip(m_hint->text());
    setRole(m_hint, "muted");
    m_moment = new QLabel(this);
    m_moment->setObjectName("epochMoment");
    m_moment->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_save = new QToolButton(this);
    m_save->setObjectName("epochSaveFilm");
    m_save->setIcon(icon("export"));
    m_save->setText(tr("Save film…"));
    m_save->setAccessibleName(tr("Save film"));
    m_save->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_save->setFocusPolicy(Qt::StrongFocus);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_play);
    layout->addWidget(m_slider, 1);
    layout->addWidget(m_hint, 1);
    layout->addWidget(m_moment);
    layout->addWidget(m_save);
    connect(m_play, &QToolButton::clicked, this, &EpochBar::togglePlaying);
    connect(m_slider, &EpochSlider::spacePressed, this, &EpochBar::togglePlaying);
    // A hand on the slider ends playing.
    connect(m_slider, &QSlider::valueChanged, this, [this](int position) {
        m_line.pause();
        m_line.moveTo(position);
    });
    connect(m_save, &QToolButton::clicked, this, &EpochBar::filmRequested);
    connect(&m_line, &TimeLine::momentsChanged, this, &EpochBar::showMoments);
    connect(&m_line, &TimeLine::courseChanged, this, &EpochBar::showMoment);
    connect(&m_line, &TimeLine::moved, this, &EpochBar::showMoment);
    connect(&m_line, &TimeLine::playingChanged, this, &EpochBar::showPlaying);
    setNoFilm({});
    showMoments();
    showPlaying();
}

void EpochBar::setNoFilm(const QString& why) {
    m_save->setEnabled(why.isEmpty());
    m_save->setToolTip(why.isEmpty() ? tr("Save answers and maps of this picture over the epochs as a film") : why);
}

void EpochBar::showMoments() {
    {
        const QSignalBlocker blocker(m_slider);
        m_slider->setMoments(m_line.moments());
    }
    const bool some = m_line.nowPosition() > 0;
    m_slider->setVisible(some);
    m_hint->setVisible(!some);
    m_play->setEnabled(some);
    showMoment();
}

void EpochBar::showMoment() {
    const QSignalBlocker blocker(m_slider);
    m_slider->setValue(m_line.position());
    m_moment->setText(momentText(m_line));
    m_slider->setAccessibleDescription(m_moment->text());
}

void EpochBar::showPlaying() {
    const QString text = m_line.playing() ? tr("Pause") : tr("Play");
    m_play->setIcon(icon(m_line.playing() ? "pause" : "play"));
    m_play->setAccessibleName(text);
    m_play->setToolTip(tr("%1 (Space on the slider): see how answers and maps came about").arg(text));
}

void EpochBar::togglePlaying() {
    if (m_line.playing()) m_line.pause();
    else m_line.play();
}

}  // namespace vit::ui
