// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the window's lenses.
#include "ui/pages/inspect/lenses/lens_deck.h"

#include "core/figure/figure.h"
#include "ui/bridge/prompts.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/attention_panel.h"
#include "ui/pages/inspect/lenses/comparison_panel.h"
#include "ui/pages/inspect/lenses/layers_panel.h"
#include "ui/pages/inspect/lenses/neighbours_panel.h"
#include "ui/pages/inspect/lenses/relevance_panel.h"
#include "ui/pages/inspect/lenses/tokens_panel.h"
#include "ui/pages/inspect/lenses/what_if_panel.h"
#include "ui/pages/inspect/patch_details.h"
#include "ui/pages/inspect/patch_panel.h"
#include "ui/widgets/segments.h"

#include <QDir>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

LensDeck::LensDeck(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent)
    : QFrame(parent), m_bridge(bridge), m_prompts(prompts) {
    setRole(this, "card");
    m_bar = new QWidget(parent);
    m_row = new Segments(m_bar);
    m_export = new QToolButton(m_bar);
    m_export->setObjectName("lensExport");
    m_export->setIcon(icon("export"));
    m_export->setToolTip(tr("Save what is shown: a figure (PNG, SVG, PDF), a table (CSV) or the numbers (npy)"));
    m_export->setAccessibleName(tr("Save what the lens shows"));
    m_views = new QStackedWidget(this);
    m_controls = new QStackedWidget(this);
    m_patches = new PatchPanel(this);
    m_details = new PatchDetails(this);
    m_row->add(0, "lensPatches", tr("Patches"), tr("What the model is given: its input cut into patches"));
    m_views->addWidget(m_patches);
    m_controls->addWidget(m_details);
    add<AttentionPanel>("lensAttention", tr("Attention"), tr("Where each head of each layer looks"));
    add<RelevancePanel>("lensRelevance", tr("Relevance"), tr("Which patches speak for a class, and how true that is"));
    add<TokensPanel>("lensTokens", tr("Tokens"), tr("What the tokens carry after each block"));
    add<LayersPanel>("lensLayers", tr("Layers"), tr("How the answer forms from block to block"));
    add<WhatIfPanel>("lensWhatIf", tr("What if"), tr("The answer without some patches, heads or blocks"));
    auto* neighbours = add<NeighboursPanel>("lensNeighbours", tr("Neighbours"),
                                            tr("The images of the data set that the model finds most alike"), store);
    add<ComparisonPanel>("lensCompare", tr("Compare"), tr("Another run or another epoch on the same picture"));
    connect(neighbours, &NeighboursPanel::imageChosen, this, &LensDeck::imageChosen);

    auto* top = new QHBoxLayout(m_bar);
    top->setContentsMargins(0, 0, 0, 0);
    top->setSpacing(kSpace);
    top->addWidget(m_row);
    top->addStretch();
    top->addWidget(m_export);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpace + kSpaceSmall);
    layout->addWidget(m_views);
    connect(m_row, &Segments::chosenChanged, this, &LensDeck::choose);
    connect(m_export, &QToolButton::clicked, this, &LensDeck::exportView);
    choose();
}

template <class Panel, class... Parts>
Panel* LensDeck::add(const char* name, const QString& text, const QString& tip, const Parts&... parts) {
    auto* panel = new Panel(m_bridge, parts..., this);
    m_panels.push_back(panel);
    m_row->add(static_cast<int>(m_panels.size()), name, text, tip);
    m_views->addWidget(panel);
    m_controls->addWidget(panel->controls());
    return panel;
}

QWidget* LensDeck::controls() const { return m_controls; }

void LensDeck::choose() {
    const int chosen = m_row->chosen();
    m_views->setCurrentIndex(chosen);
    m_controls->setCurrentIndex(chosen);
    m_export->setVisible(chosen > 0 && !m_panels[static_cast<std::size_t>(chosen) - 1]->exportKey().empty());
    for (std::size_t i = 0; i < m_panels.size(); ++i) m_panels[i]->setLookedThrough(static_cast<int>(i) + 1 == chosen);
}

void LensDeck::setImage(std::shared_ptr<const Image> image, const std::string& trueClass) {
    m_subject.image = std::move(image);
    m_subject.trueClass = trueClass;
    for (LensPanel* panel : m_panels) panel->setSubject(m_subject);
}

void LensDeck::setModel(const std::optional<Config>& config) {
    m_subject.model = config;
    for (LensPanel* panel : m_panels) panel->setSubject(m_subject);
}

void LensDeck::setModelChoice(const ModelChoice& choice) {
    if (choice == m_subject.choice) return;
    m_subject.choice = choice;
    for (LensPanel* panel : m_panels) panel->setSubject(m_subject);
}

void LensDeck::renew() {
    if (!m_subject.choice.isCurrent()) return;
    for (LensPanel* panel : m_panels) panel->renew();
}

void LensDeck::holdScale(bool held) {
    for (LensPanel* panel : m_panels) panel->holdScale(held);
}

bool LensDeck::busy() const {
    return std::any_of(m_panels.begin(), m_panels.end(), [](const LensPanel* panel) { return panel->busy(); });
}

void LensDeck::exportView() {
    const LensPanel& panel = *m_panels[static_cast<std::size_t>(m_row->chosen()) - 1];
    if (!m_subject.image || !m_subject.model) return Q_EMIT failed(tr("There is nothing to save: no model is shown."));
    const std::string key = panel.exportKey();
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    const QString path =
        m_prompts.saveFile(this, tr("Save %1").arg(QString::fromStdString(lensNamed(key).name)),
                           QDir(folder).filePath(QString::fromStdString(key) + ".png"),
                           tr("Figures (*.png *.svg *.pdf);;Tables (*.csv);;NumPy arrays (*.npy)"));
    if (path.isEmpty()) return;
    const auto write = [key, path, settings = panel.exportSettings(), image = m_subject.image](LoadedModel& model) {
        checkLensOutput(path.toStdString());
        writeLens(lookThrough(lensNamed(key), {model, *image, settings, {}}), path.toStdString());
        return path;
    };
    m_bridge.ask(this, m_subject.choice, write, [this](const Reply<QString>& reply) {
        if (reply.answer) Q_EMIT exported(*reply.answer);
        else Q_EMIT failed(QString::fromStdString(reply.problem));
    });
}

}  // namespace vit::ui
