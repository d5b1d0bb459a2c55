// SPDX-License-Identifier: GPL-3.0-or-later
// The look of the window: one palette and stylesheet for light and dark, and icons that take the palette's colour.
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPalette>
#include <QString>

#include <array>

class QWidget;

namespace vit::ui {

enum class ThemeChoice { System, Light, Dark };

// Distances in device-independent pixels, so that every page has the same rhythm.
inline constexpr int kSpaceSmall = 4;
inline constexpr int kSpace = 8;
inline constexpr int kSpaceLarge = 16;

// Colours that QPalette has no role for. A widget that draws with them asks again when it gets a PaletteChange event
// (QWidget::changeEvent); plain text, bases and highlights come from the palette itself.
struct Colors {
    bool dark = false;
    QColor surface;     // cards and plots, the same as QPalette::Base
    QColor raised;      // a header on a surface, hovered rows
    QColor border;
    QColor grid;        // grid lines of plots, patch borders
    QColor text;
    QColor mutedText;   // units, hints, axis labels
    QColor accent;
    QColor error;
    QColor errorFill;   // behind error text
    QColor warning;
    QColor warningFill;
    QColor success;
    QColor train;       // curves of the training images
    QColor validation;  // curves of the validation images
    QColor rate;        // learning rate
    std::array<QColor, 2> references;  // curves of other runs
};

// The colours that belong to a palette (dark if its window is).
const Colors& colors(const QPalette& palette);
const Colors& colors(const QWidget* widget);

// Sets style, palette and stylesheet of the application; every widget follows at once.
void applyTheme(bool dark);

enum class IconTint { Text, Muted, OnAccent, Error, Warning };

// resources/icons/NAME.svg, drawn in the palette's colour (grey when disabled) at any size and scale.
QIcon icon(const QString& name, IconTint tint = IconTint::Text);
QIcon applicationIcon();

// For titles inside a page, and for large numbers; relative to the application font.
QFont titleFont();
QFont displayFont();
QFont monospaceFont();

// Marks a widget for the stylesheet: "card" (a surface with a border), "muted", "error", "warning", "primary" (the one
// button that matters), "segment" (a button of a group of which one is down), "header" (a clickable section title).
void setRole(QWidget* widget, const char* role);

}  // namespace vit::ui
