// SPDX-License-Identifier: GPL-3.0-or-later
// Palette and colours of light and dark on top of the Fusion style.
#include "ui/look/theme.h"

#include "ui/look/stylesheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QStyle>
#include <QToolTip>
#include <QVariant>
#include <QWidget>

namespace vit::ui {

namespace {

Colors lightColors() {
    Colors c;
    c.dark = false;
    c.surface = "#ffffff";
    c.raised = "#eef1f5";
    c.border = "#d3d9e2";
    c.grid = "#e8ecf1";
    c.text = "#1b2430";
    c.mutedText = "#5b6676";
    c.accent = "#2463d6";
    c.error = "#b9252b";
    c.errorFill = "#fdecec";
    c.warning = "#8a5a00";
    c.warningFill = "#fff4d9";
    c.success = "#18794a";
    c.train = "#2463d6";
    c.validation = "#d9610b";
    c.rate = "#7a3fd0";
    c.references = {QColor("#6f7b8f"), QColor("#2f9e8f")};
    return c;
}

Colors darkColors() {
    Colors c;
    c.dark = true;
    c.surface = "#1c2027";
    c.raised = "#272c35";
    c.border = "#383f4b";
    c.grid = "#2a303a";
    c.text = "#e6e9ee";
    c.mutedText = "#9aa5b5";
    c.accent = "#3574e8";
    c.error = "#ff8080";
    c.errorFill = "#3b1e21";
    c.warning = "#f2c057";
    c.warningFill = "#362b13";
    c.success = "#4fce8b";
    c.train = "#62a4ff";
    c.validation = "#ffa047";
    c.rate = "#b88fff";
    c.references = {QColor("#9aa6ba"), QColor("#4fc3b1")};
    return c;
}

QPalette makePalette(const Colors& c) {
    const QColor window = c.dark ? "#14171c" : "#f3f5f8";
    const QColor disabled = c.dark ? "#626c7b" : "#9aa3b0";
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, c.text);
    p.setColor(QPalette::Base, c.surface);
    p.setColor(QPalette::AlternateBase, c.dark ? "#20252d" : "#f7f9fb");
    p.setColor(QPalette::Text, c.text);
    p.setColor(QPalette::PlaceholderText, c.mutedText);
    p.setColor(QPalette::Button, c.dark ? "#272c35" : "#ffffff");
    p.setColor(QPalette::ButtonText, c.text);
    p.setColor(QPalette::BrightText, c.error);
    p.setColor(QPalette::Highlight, c.accent);
    p.setColor(QPalette::HighlightedText, Qt::white);
    p.setColor(QPalette::Link, c.dark ? "#7fb2ff" : "#2463d6");
    p.setColor(QPalette::LinkVisited, c.dark ? "#b88fff" : "#7a3fd0");
    p.setColor(QPalette::ToolTipBase, c.dark ? "#2d333d" : "#ffffff");
    p.setColor(QPalette::ToolTipText, c.text);
    p.setColor(QPalette::Light, c.dark ? "#343b47" : "#ffffff");
    p.setColor(QPalette::Midlight, c.raised);
    p.setColor(QPalette::Mid, c.border);
    p.setColor(QPalette::Dark, c.dark ? "#0f1115" : "#b9c1cc");
    p.setColor(QPalette::Shadow, c.dark ? "#000000" : "#8b95a3");
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, disabled);
    p.setColor(QPalette::Disabled, QPalette::Base, window);
    p.setColor(QPalette::Disabled, QPalette::Highlight, c.border);
    return p;
}

QFont scaled(double factor, QFont::Weight weight) {
    QFont font = QApplication::font();
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setWeight(weight);
    return font;
}

}  // namespace

const Colors& colors(const QPalette& palette) {
    static const Colors light = lightColors();
    static const Colors dark = darkColors();
    return palette.color(QPalette::Window).lightness() < 128 ? dark : light;
}

const Colors& colors(const QWidget* widget) { return colors(widget->palette()); }

void applyTheme(bool dark) {
    const QPalette palette = makePalette(dark ? darkColors() : lightColors());
    QApplication::setStyle("fusion");
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    qApp->setStyleSheet(stylesheet(palette));
}

QFont titleFont() { return scaled(1.15, QFont::DemiBold); }

QFont displayFont() { return scaled(2.0, QFont::DemiBold); }

QFont monospaceFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(QApplication::font().pointSizeF());
    return font;
}

void setRole(QWidget* widget, const char* role) {
    if (widget->property("role").toByteArray() == role) return;
    widget->setProperty("role", QByteArray(role));
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

}  // namespace vit::ui
