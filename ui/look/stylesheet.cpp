// SPDX-License-Identifier: GPL-3.0-or-later
// The stylesheet's text, with the theme's colours put in for @names.
#include "ui/look/stylesheet.h"

#include "ui/look/theme.h"

#include <utility>

namespace vit::ui {

namespace {

constexpr auto kTemplate = R"(
QToolTip { background: @tooltip; color: @text; border: 1px solid @border; padding: 4px 6px; }

QMainWindow::separator, QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: @border; }
QStatusBar { background: @window; color: @muted; border-top: 1px solid @border; }
QStatusBar::item { border: none; }

QMenuBar { background: @window; border-bottom: 1px solid @border; padding: 2px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: @raised; }
QMenu { background: @surface; border: 1px solid @border; padding: 5px; }
QMenu::item { padding: 5px 28px 5px 10px; border-radius: 5px; }
QMenu::item:selected { background: @accent; color: white; }
QMenu::item:disabled { color: @disabled; background: transparent; }
QMenu::icon { padding-left: 6px; }
QMenu::icon:checked { background: @raised; border: 1px solid @border; border-radius: 4px; }
QMenu::separator { height: 1px; background: @border; margin: 5px 6px; }

QToolBar { background: @window; border: none; border-bottom: 1px solid @border; padding: 4px 10px; spacing: 6px; }

QLineEdit, QAbstractSpinBox, QComboBox {
    background: @surface; color: @text; border: 1px solid @border; border-radius: 5px; padding: 3px 6px;
    selection-background-color: @accent; selection-color: white; min-height: 19px;
}
QAbstractSpinBox { padding-right: 2px; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: @hoverBorder; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on { border-color: @accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    background: @window; color: @disabledInput; border-color: @grid;
}
QLineEdit[role="error"], QAbstractSpinBox[role="error"], QComboBox[role="error"] {
    border-color: @error; background: @errorFill;
}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; padding: 0; background: transparent; min-height: 0; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/arrow-down.svg); width: 11px; height: 11px; }
QComboBox QAbstractItemView {
    background: @surface; border: 1px solid @border; padding: 3px; outline: none;
    selection-background-color: @accent; selection-color: white;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    border: none; background: transparent; width: 16px; subcontrol-origin: border; margin-right: 2px;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-top: 1px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-bottom: 1px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @raised; border-radius: 3px; }
QAbstractSpinBox::up-arrow { image: url(:/icons/arrow-up.svg); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url(:/icons/arrow-down.svg); width: 9px; height: 9px; }
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::down-arrow:disabled, QComboBox::down-arrow:disabled {
    image: none;
}

QCheckBox { spacing: 7px; }
QCheckBox::indicator, QTreeView::indicator, QListView::indicator {
    width: 15px; height: 15px; border: 1px solid @hoverBorder; border-radius: 4px; background: @surface;
}
QCheckBox::indicator:hover { border-color: @accent; }
QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(:/icons/tick.svg); }
QCheckBox::indicator:disabled { background: @window; border-color: @grid; }
QCheckBox::indicator:checked:disabled { background: @hoverBorder; image: url(:/icons/tick.svg); }

QPushButton {
    background: @button; color: @text; border: 1px solid @border; border-radius: 6px; padding: 5px 13px;
    min-height: 18px;
}
QPushButton:hover { border-color: @hoverBorder; background: @raised; }
QPushButton:pressed { background: @border; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @disabled; background: @window; border-color: @grid; }
QPushButton:default { border-color: @accent; }
QPushButton::menu-indicator { image: none; }
QPushButton[role="problem"] { border: none; background: transparent; color: @error; text-align: left; padding: 2px; }
QPushButton[role="problem"]:hover, QPushButton[role="problem"]:focus { text-decoration: underline; }
QPushButton[role="primary"], QToolButton[role="primary"] {
    background: @accent; color: white; border: 1px solid @accent; font-weight: 600;
}
QPushButton[role="primary"]:hover, QToolButton[role="primary"]:hover { background: @accentHover; }
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {
    background: @raised; color: @disabled; border-color: @border;
}

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @raised; }
QToolButton:pressed { background: @border; }
QToolButton:checked { background: @raised; border-color: @border; }
QToolButton:focus { border-color: @accent; }
QToolButton:disabled { color: @disabled; }
QToolButton::menu-indicator { image: none; }
QToolBar QToolButton { padding: 5px 11px; }
QToolButton[role="segment"] { border-radius: 6px; padding: 5px 9px; color: @muted; }
QToolButton[role="segment"]:checked {
    background: @surface; color: @text; border: 1px solid @border; font-weight: 600;
}
QToolButton[role="header"] { border-radius: 0; border: none; padding: 7px 8px; font-weight: 600; text-align: left; }
QToolButton[role="header"]:hover { background: @raised; }
QToolButton[role="header"]:focus { color: @link; }

QFrame[role="card"], QWidget[role="card"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
QWidget[role="segments"] { background: @raised; border-radius: 8px; }
QLabel { background: transparent; }
QLabel[role="readout"] { background: @tooltip; border: 1px solid @border; border-radius: 6px; color: @text; }
QLabel[role="muted"], QCheckBox[role="muted"] { color: @muted; }
QLabel[role="error"] { color: @error; }
QLabel[role="warning"] { color: @warning; }
QLabel[role="success"] { color: @success; }
QFrame[role="errorBanner"] { background: @errorFill; border: 1px solid @error; border-radius: 8px; }
QFrame[role="warningBanner"] { background: @warningFill; border: 1px solid @warning; border-radius: 8px; }

QProgressBar {
    background: @raised; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; text-align: center;
}
QProgressBar::chunk { background: @accent; border-radius: 4px; }

QScrollArea, QAbstractItemView { border: none; }
QAbstractItemView { background: @surface; alternate-background-color: @alternate; outline: none; }
QHeaderView::section {
    background: @surface; color: @muted; border: none; border-bottom: 1px solid @border; padding: 5px 8px;
}
QHeaderView::section:vertical { padding: 0 8px; }
QTableCornerButton::section { background: @surface; border: none; border-bottom: 1px solid @border; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 30px; }
QScrollBar::handle:horizontal { min-width: 30px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 4px; background: @border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal {
    background: @surface; border: 2px solid @accent; width: 11px; height: 11px; margin: -6px 0; border-radius: 7px;
}
QSlider::handle:horizontal:disabled { border-color: @border; }
QSlider::sub-page:horizontal:disabled { background: @border; }

QTabWidget::pane { border: 1px solid @border; border-radius: 6px; }
QTabBar::tab { padding: 6px 12px; color: @muted; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QGroupBox { border: 1px solid @border; border-radius: 8px; margin-top: 9px; padding-top: 6px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: @muted; }
)";

QColor mixed(const QColor& a, const QColor& b, double share) {
    return QColor::fromRgbF(static_cast<float>(a.redF() * (1 - share) + b.redF() * share),
                            static_cast<float>(a.greenF() * (1 - share) + b.greenF() * share),
                            static_cast<float>(a.blueF() * (1 - share) + b.blueF() * share));
}

}  // namespace

QString stylesheet(const QPalette& palette) {
    const Colors& c = colors(palette);
    // A name that begins another one comes after it.
    const std::pair<const char*, QColor> names[] = {
        {"@tooltip", palette.color(QPalette::ToolTipBase)},
        {"@text", c.text},
        {"@hoverBorder", mixed(c.border, c.mutedText, 0.45)},
        {"@border", c.border},
        {"@window", palette.color(QPalette::Window)},
        {"@muted", c.mutedText},
        {"@raised", c.raised},
        {"@surface", c.surface},
        {"@accentHover", mixed(c.accent, c.dark ? Qt::white : Qt::black, 0.12)},
        {"@accent", c.accent},
        {"@disabledInput", mixed(c.text, c.mutedText, 0.6)},
        {"@disabled", palette.color(QPalette::Disabled, QPalette::Text)},
        {"@grid", c.grid},
        {"@errorFill", c.errorFill},
        {"@error", c.error},
        {"@warningFill", c.warningFill},
        {"@warning", c.warning},
        {"@success", c.success},
        {"@button", palette.color(QPalette::Button)},
        {"@link", palette.color(QPalette::Link)},
        {"@alternate", palette.color(QPalette::AlternateBase)},
        {"@scroll", mixed(c.border, c.mutedText, 0.3)},
    };
    QString text = kTemplate;
    for (const auto& [name, colour] : names) text.replace(QLatin1String(name), colour.name());
    return text;
}

}  // namespace vit::ui
