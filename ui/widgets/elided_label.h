// SPDX-License-Identifier: GPL-3.0-or-later
// A label of one line that shortens its text with "…" instead of asking for more room.
#pragma once

#include <QLabel>

namespace vit::ui {

class ElidedLabel : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace vit::ui
