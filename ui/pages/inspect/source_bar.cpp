// SPDX-License-Identifier: GPL-3.0-or-later
// Shows the controls that belong to the source.
#include "ui/pages/inspect/source_bar.h"

#include "ui/look/theme.h"
#include "ui/pages/inspect/dataset_picker.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>

namespace vit::ui {

SourceBar::SourceBar(QWidget* parent) : QWidget(parent) {
    m_segments = new QWidget(this);
    setRole(m_segments, "segments");
    auto* segmentLayout = new QHBoxLayout(m_segments);
    segmentLayout->setContentsMargins(2, 2, 2, 2);
    segmentLayout->setSpacing(2);
    m_photo = addSegment("sourcePhoto", tr("Photo"), tr("Look at a photo of your own"), Source::Photo);
    m_dataset = addSegment("sourceDataset", tr("Data set"), tr("Look at the images of the data set"), Source::Dataset);
    auto* group = new QButtonGroup(this);
    group->addButton(m_photo);
    group->addButton(m_dataset);
    m_photo->setChecked(true);

    m_open = new QPushButton(icon("photo"), tr("Open photo…"), this);
    m_open->setObjectName("inspectOpen");
    m_open->setToolTip(tr("Open a photo from a file; dropping one on the page does the same"));
    m_paste = new QPushButton(icon("paste"), tr("Paste"), this);
    m_paste->setObjectName("inspectPaste");
    m_paste->setToolTip(tr("Look at the picture or file on the clipboard"));
    m_picker = new DatasetPicker(this);
    m_picker->hide();

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_segments);
    layout->addSpacing(kSpaceSmall);
    layout->addWidget(m_open);
    layout->addWidget(m_paste);
    layout->addWidget(m_picker);
    layout->addStretch();
    connect(m_open, &QPushButton::clicked, this, &SourceBar::openRequested);
    connect(m_paste, &QPushButton::clicked, this, &SourceBar::pasteRequested);
}

QToolButton* SourceBar::addSegment(const char* name, const QString& text, const QString& tip, Source source) {
    auto* button = new QToolButton(m_segments);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::StrongFocus);
    setRole(button, "segment");
    m_segments->layout()->addWidget(button);
    connect(button, &QToolButton::clicked, this, [this, source] { setSource(source); });
    return button;
}

void SourceBar::setSource(Source source) {
    if (source == m_source) return;
    m_source = source;
    const bool photo = source == Source::Photo;
    (photo ? m_photo : m_dataset)->setChecked(true);
    m_open->setVisible(photo);
    m_paste->setVisible(photo);
    m_picker->setVisible(!photo);
    Q_EMIT sourceChanged();
}

}  // namespace vit::ui
