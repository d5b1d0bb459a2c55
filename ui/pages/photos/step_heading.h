// SPDX-License-Identifier: GPL-3.0-or-later
// The heading of a step of several: its number, and what it is about.
#pragma once

#include "ui/look/theme.h"

#include <QLabel>

namespace vit::ui {

class StepHeading : public QLabel {
public:
    StepHeading(int number, const QString& text, QWidget* parent)
        : QLabel(QString::number(number) + "   " + text, parent) {
        setFont(titleFont());
    }
};

}  // namespace vit::ui
