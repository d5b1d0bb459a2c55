// SPDX-License-Identifier: GPL-3.0-or-later
// Steps by the field's step, within its range.
#include "ui/form/number_box.h"

#include <QLineEdit>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vit::ui {

NumberBox::NumberBox(const Field& field, QWidget* parent) : QAbstractSpinBox(parent), m_field(field) {
    setFocusPolicy(Qt::StrongFocus);
    connect(lineEdit(), &QLineEdit::textEdited, this, &NumberBox::textEdited);
}

void NumberBox::setText(const QString& text) {
    if (lineEdit()->text() != text) lineEdit()->setText(text);
}

void NumberBox::stepBy(int steps) {
    bool readable = false;
    const double now = text().toDouble(&readable);
    if (!readable) return;
    // Ten significant digits: 0.1 + 0.05 shall read 0.15.
    const double next = QString::number(now + steps * m_field.step, 'g', 10).toDouble();
    const double within = std::clamp(next, m_field.minimum, m_field.maximum);
    const Value value = m_field.kind == FieldKind::Integer ? Value(static_cast<std::int64_t>(std::llround(within)))
                                                           : Value(within);
    setText(QString::fromStdString(toText(m_field, value)));
    Q_EMIT textEdited();
}

QAbstractSpinBox::StepEnabled NumberBox::stepEnabled() const {
    bool readable = false;
    const double now = text().toDouble(&readable);
    if (!readable || isReadOnly()) return StepNone;
    StepEnabled enabled = StepNone;
    if (now < m_field.maximum) enabled |= StepUpEnabled;
    if (now > m_field.minimum) enabled |= StepDownEnabled;
    return enabled;
}

QSize NumberBox::sizeHint() const {
    return {fontMetrics().horizontalAdvance("0000000000") + 40, QLineEdit().sizeHint().height()};
}

void NumberBox::wheelEvent(QWheelEvent* event) { event->ignore(); }

}  // namespace vit::ui
