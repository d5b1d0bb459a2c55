// SPDX-License-Identifier: GPL-3.0-or-later
// A share as a bar, beside others to be compared with.
#pragma once

#include <QWidget>

namespace vit::ui {

class ShareBar : public QWidget {
    Q_OBJECT

public:
    explicit ShareBar(QWidget* parent = nullptr);

    void setShare(double share);  // 0–1; below 0: there is none
    void setBest(bool best);      // it stands out

    QSize sizeHint() const override { return {180, 12}; }
    QSize minimumSizeHint() const override { return {80, 12}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_share = -1;
    bool m_best = false;
};

}  // namespace vit::ui
