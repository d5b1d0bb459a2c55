// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of label and value, and the diagram.
#include "ui/pages/evaluate/evaluation_figures.h"

#include "core/evaluation/evaluation_words.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/evaluate/reliability_view.h"
#include "ui/widgets/segments.h"

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

namespace {

enum Bins { EqualWidth, EqualCount };

}  // namespace

EvaluationFigures::EvaluationFigures(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    m_rows = new QFormLayout;
    m_rows->setHorizontalSpacing(kSpace);
    m_rows->setVerticalSpacing(kSpaceSmall);
    m_bins = new Segments(this);
    m_bins->add(EqualWidth, "bins.width", tr("Equal width"), tr("Bins of equal width from 0 to 100 %"));
    m_bins->add(EqualCount, "bins.count", tr("Equal count"), tr("Bins of equal numbers of images"));
    m_reliability = new ReliabilityView(this);
    m_reliability->setObjectName("reliability");

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpace + kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addLayout(m_rows);
    layout->addWidget(m_bins, 0, Qt::AlignLeft);
    layout->addWidget(m_reliability, 1);
    connect(m_bins, &Segments::chosenChanged, this, &EvaluationFigures::showBins);
}

void EvaluationFigures::setEvaluation(std::shared_ptr<const Evaluation> evaluation) {
    m_evaluation = std::move(evaluation);
    while (m_rows->rowCount() > 0) m_rows->removeRow(0);
    if (!m_evaluation) return;
    for (const EvaluationFigure& figure : figuresOf(m_evaluation->summary)) {
        auto* label = new QLabel(qstr(figure.label), this);
        setRole(label, "muted");
        auto* value = new QLabel(qstr(figure.value), this);
        value->setObjectName("figure." + qstr(figure.label));
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setToolTip(qstr(figure.help));
        value->setToolTip(qstr(figure.help));
        m_rows->addRow(label, value);
    }
    showBins();
}

void EvaluationFigures::showBins() {
    if (!m_evaluation) return;
    m_reliability->setBins(m_bins->chosen() == EqualWidth ? m_evaluation->summary.equalWidth
                                                          : m_evaluation->summary.equalCount);
}

}  // namespace vit::ui
