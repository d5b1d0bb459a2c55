// SPDX-License-Identifier: GPL-3.0-or-later
// Six numbers in a small grid.
#include "ui/form/derived_panel.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kColumns = 3;
constexpr auto kUnknown = "–";

}  // namespace

DerivedPanel::DerivedPanel(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(6);
    m_patches = addFact(grid, 0, "fact.patches", tr("patches / image"),
                        tr("Patches per image: (image size / patch size)². The model sees one token for each, and one "
                           "more if it has a class token."));
    m_elements = addFact(grid, 1, "fact.elements", tr("elements / patch"),
                         tr("Numbers in one patch: patch size × patch size × colour channels"));
    m_parameters = addFact(grid, 2, "fact.parameters", tr("parameters"), tr("Trainable numbers of the model"));
    m_flops = addFact(grid, 3, "fact.flops", tr("per image, forward"),
                      tr("Arithmetic of one image's prediction; multiply and add count as two. Training takes about "
                         "three times as much."));
    m_memory = addFact(grid, 4, "fact.memory", tr("memory to train"),
                       tr("Estimate: weights, gradients, optimizer moments and activations of one batch"));
    m_epoch = addFact(grid, 5, "fact.epoch", tr("time / epoch"),
                      tr("Estimate of an average epoch, with validation, from the speed of the last run with this device, "
                         "precision, kernels and threads; before there was one, a guess from what the processor can do"));
    for (int column = 0; column < kColumns; ++column) grid->setColumnStretch(column, 1);
}

QLabel* DerivedPanel::addFact(QGridLayout* grid, int cell, const QString& name, const QString& label,
                              const QString& help) {
    auto* value = new QLabel(kUnknown, this);
    value->setObjectName(name);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setFont(titleFont());
    auto* caption = new QLabel(label, this);
    QFont small = caption->font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    caption->setFont(small);
    setRole(caption, "muted");
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(value);
    column->addWidget(caption);
    value->setToolTip(help);
    caption->setToolTip(help);
    grid->addLayout(column, cell / kColumns, cell % kColumns);
    return value;
}

void DerivedPanel::showFacts(const Config& config, const std::optional<vit::ModelInput>& input, bool valid) {
    // Patches need no knowledge of the classes.
    const DerivedFacts facts = derive(config, input.value_or(vit::ModelInput{}));
    const auto show = [](QLabel* label, bool known, const QString& text) { label->setText(known ? text : kUnknown); };
    const bool cut = facts.patchesPerImage > 0;
    const bool all = cut && valid && input.has_value();
    show(m_patches, cut, withThousands(facts.patchesPerImage));
    show(m_elements, cut, withThousands(facts.elementsPerPatch));
    show(m_parameters, all, withThousands(facts.parameters));
    show(m_flops, all, flopsText(facts.forwardFlopsPerImage));
    show(m_memory, all, bytesText(facts.trainingMemoryBytes));
}

void DerivedPanel::showEpochSeconds(std::optional<double> seconds) {
    m_epoch->setText(seconds ? "≈ " + durationText(*seconds) : kUnknown);
}

}  // namespace vit::ui
