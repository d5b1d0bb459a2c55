// SPDX-License-Identifier: GPL-3.0-or-later
// A spin box in which any text may be typed, scientific notation too, and that the mouse wheel does not change.
#pragma once

#include "core/config/schema.h"

#include <QAbstractSpinBox>

namespace vit::ui {

class NumberBox : public QAbstractSpinBox {
    Q_OBJECT

public:
    explicit NumberBox(const Field& field, QWidget* parent = nullptr);  // `field` outlives it

    void setText(const QString& text);
    void stepBy(int steps) override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void textEdited();  // by a person, not by setText()

protected:
    StepEnabled stepEnabled() const override;
    QValidator::State validate(QString&, int&) const override { return QValidator::Acceptable; }
    void wheelEvent(QWheelEvent* event) override;

private:
    const Field& m_field;
};

}  // namespace vit::ui
