// SPDX-License-Identifier: GPL-3.0-or-later
// A slider over the moments of a run: a mark for each, the last place is Now.
#pragma once

#include "ui/pages/inspect/time/time_line.h"

#include <QSlider>
#include <QStyle>

#include <vector>

namespace vit::ui {

class EpochSlider : public QSlider {
    Q_OBJECT

public:
    explicit EpochSlider(QWidget* parent = nullptr);

    void setMoments(const std::vector<Moment>& moments);
    int placeOf(int position) const;  // x of its mark

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void spacePressed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QRect part(QStyle::SubControl control) const;

    std::vector<Moment> m_moments;
};

}  // namespace vit::ui
