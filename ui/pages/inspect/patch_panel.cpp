// SPDX-License-Identifier: GPL-3.0-or-later
// Lays out the grid and what belongs to it.
#include "ui/pages/inspect/patch_panel.h"

#include "ui/look/theme.h"
#include "ui/pages/inspect/patch_grid_view.h"
#include "ui/widgets/segments.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPixmap>
#include <QSlider>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kSwatchSide = 30;
constexpr int kSliderWidth = 110;
constexpr int kSliderHeight = 22;  // the handle is taller than the style believes

}  // namespace

PatchPanel::PatchPanel(QWidget* parent) : QWidget(parent) {
    m_view = new PatchGridView(this);
    m_view->setObjectName("patchGrid");
    m_view->setAccessibleName(tr("Patch grid"));
    m_facts = new QLabel(this);
    m_facts->setObjectName("patchFacts");
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_facts->setToolTip(tr("What the published example prints of its patches"));

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addLayout(makeHeader());
    layout->addWidget(m_view, 1);
    layout->addLayout(makeReadout());
    layout->addWidget(m_facts);
    connect(m_view, &PatchGridView::hoveredChanged, this, &PatchPanel::updateReadout);
    connect(m_view, &PatchGridView::selectedChanged, this, &PatchPanel::updateReadout);
    setSourcesDiffer(false);
    updateReadout();
}

QLayout* PatchPanel::makeHeader() {
    m_source = new Segments(this);
    m_source->add(OfModel, "patchesOfModel", tr("Of the model shown"),
                  tr("The patches of the model that predicts, as it was trained"));
    m_source->add(OfForm, "patchesOfForm", tr("Of the form"),
                  tr("The patches that the Experiment form makes, of a model yet to be trained"));
    connect(m_source, &Segments::chosenChanged, this, &PatchPanel::sourceChosen);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addLayout(makeSpacing());
    auto* header = new QVBoxLayout;
    header->setSpacing(kSpace);
    header->addWidget(m_source, 0, Qt::AlignLeft);
    header->addLayout(row);
    return header;
}

QLayout* PatchPanel::makeSpacing() {
    m_spacing = new QSlider(Qt::Horizontal, this);
    m_spacing->setObjectName("patchSpacing");
    m_spacing->setRange(0, PatchGridView::kLargestSpacing);
    m_spacing->setPageStep(3);
    m_spacing->setValue(m_view->spacing());
    m_spacing->setFixedWidth(kSliderWidth);
    m_spacing->setMinimumHeight(kSliderHeight);
    m_spacing->setToolTip(tr("Gap between the patches"));
    m_spacing->setAccessibleName(tr("Gap between the patches, pixels"));
    auto* label = new QLabel(tr("Spacing"), this);
    setRole(label, "muted");
    m_spacingText = new QLabel(this);
    m_spacingText->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("00 px")) + kSpaceSmall);
    setRole(m_spacingText, "muted");
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(label);
    row->addWidget(m_spacing);
    row->addWidget(m_spacingText);

    const auto showSpacing = [this](int pixels) { m_spacingText->setText(tr("%1 px").arg(pixels)); };
    showSpacing(m_spacing->value());
    connect(m_spacing, &QSlider::valueChanged, m_view, &PatchGridView::setSpacing);
    connect(m_spacing, &QSlider::valueChanged, this, showSpacing);
    return row;
}

QLayout* PatchPanel::makeReadout() {
    m_swatch = new QLabel(this);
    m_swatch->setFixedSize(kSwatchSide, kSwatchSide);
    m_readout = new QLabel(this);
    m_readout->setObjectName("patchReadout");
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);  // its words must not widen the page
    setRole(m_readout, "muted");
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_swatch);
    row->addWidget(m_readout, 1);
    return row;
}

PatchPanel::Source PatchPanel::source() const { return static_cast<Source>(m_source->chosen()); }

void PatchPanel::setSourcesDiffer(bool differ) { m_source->setVisible(differ); }

void PatchPanel::setGrid(const PatchGrid& grid) {
    m_view->setGrid(grid);
    m_facts->setText(QString::fromStdString(patchFacts(grid)).trimmed());
}

void PatchPanel::updateReadout() {
    const int index = m_view->hovered() >= 0 ? m_view->hovered() : m_view->selected();
    m_swatch->setVisible(index >= 0);
    if (index < 0) return m_readout->setText(tr("Point at a patch to read it,\nclick to enlarge it."));
    QPixmap swatch(m_swatch->size());
    swatch.fill(m_view->meanColour(index));
    m_swatch->setPixmap(swatch);
    m_readout->setText(m_view->placeText(index) + '\n' + m_view->colourText(index));
}

}  // namespace vit::ui
