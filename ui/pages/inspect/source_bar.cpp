// SPDX-License-Identifier: GPL-3.0-or-later
// Shows the controls that belong to the source.
#include "ui/pages/inspect/source_bar.h"

#include "ui/look/theme.h"
#include "ui/pages/inspect/dataset_picker.h"
#include "ui/widgets/segments.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace vit::ui {

SourceBar::SourceBar(QWidget* parent) : QWidget(parent) {
    m_sources = new Segments(this);
    m_sources->add(int(Source::Photo), "sourcePhoto", tr("Photo"), tr("Look at a photo of your own"));
    m_sources->add(int(Source::Dataset), "sourceDataset", tr("Data set"), tr("Look at the images of the data set"));
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
    layout->addWidget(m_sources);
    layout->addSpacing(kSpaceSmall);
    layout->addWidget(m_open);
    layout->addWidget(m_paste);
    layout->addWidget(m_picker);
    layout->addStretch();
    connect(m_sources, &Segments::chosenChanged, this, &SourceBar::showSource);
    connect(m_open, &QPushButton::clicked, this, &SourceBar::openRequested);
    connect(m_paste, &QPushButton::clicked, this, &SourceBar::pasteRequested);
}

SourceBar::Source SourceBar::source() const { return static_cast<Source>(m_sources->chosen()); }

void SourceBar::setSource(Source source) {
    if (source == this->source()) return;
    m_sources->choose(int(source));
    showSource();
}

void SourceBar::showSource() {
    const bool photo = source() == Source::Photo;
    m_open->setVisible(photo);
    m_paste->setVisible(photo);
    m_picker->setVisible(!photo);
    Q_EMIT sourceChanged();
}

}  // namespace vit::ui
