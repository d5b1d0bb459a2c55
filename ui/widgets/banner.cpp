// SPDX-License-Identifier: GPL-3.0-or-later
// One row: icon, text, bar, button.
#include "ui/widgets/banner.h"

#include "ui/look/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace vit::ui {

namespace {

constexpr int kBarSteps = 1000;  // a progress bar counts in int, bytes do not fit
constexpr int kIconSide = 18;

}  // namespace

Banner::Banner(QWidget* parent) : QFrame(parent) {
    m_icon = new QLabel(this);
    m_text = new QLabel(this);
    m_text->setObjectName("bannerText");
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_bar = new QProgressBar(this);
    m_bar->setObjectName("bannerProgress");
    m_bar->setAccessibleName(tr("Progress"));
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(160);
    m_close = new QToolButton(this);
    m_close->setObjectName("bannerClose");
    m_close->setFocusPolicy(Qt::StrongFocus);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace + kSpaceSmall, kSpaceSmall, kSpace, kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_bar);
    layout->addWidget(m_close);
    drawIcon();
    connect(m_close, &QToolButton::clicked, this, [this] {
        if (m_error) clear();
        else Q_EMIT cancelRequested();
    });
    hide();
}

void Banner::drawIcon() {
    m_icon->setPixmap(icon("warning", IconTint::Error).pixmap(QSize(kIconSide, kIconSide), devicePixelRatioF()));
}

void Banner::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) drawIcon();
    QFrame::changeEvent(event);
}

void Banner::showError(const QString& text) {
    m_error = true;
    setRole(this, "errorBanner");
    m_icon->show();
    m_text->setText(text);
    m_bar->hide();
    m_close->setText({});
    m_close->setIcon(icon("close"));
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(tr("Close this message"));
    show();
}

void Banner::showProgress(const QString& what, qint64 done, qint64 total) {
    m_error = false;
    setRole(this, "card");
    m_icon->hide();
    m_text->setText(what);
    m_bar->setRange(0, total > 0 ? kBarSteps : 0);
    m_bar->setValue(total > 0 ? static_cast<int>(static_cast<double>(done) / static_cast<double>(total) * kBarSteps)
                              : 0);
    m_bar->show();
    m_close->setIcon({});
    m_close->setText(tr("Cancel"));
    m_close->setToolTip(tr("Stop this work"));
    m_close->setAccessibleName(tr("Cancel"));
    show();
}

void Banner::clear() {
    m_error = false;
    m_text->clear();
    hide();
}

void Banner::clearProgress() {
    if (!m_error) clear();
}

bool Banner::showsError() const { return m_error; }

QString Banner::text() const { return m_text->text(); }

}  // namespace vit::ui
