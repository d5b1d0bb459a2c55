// SPDX-License-Identifier: GPL-3.0-or-later
// Puts findings, matrix and plot together.
#include "ui/pages/train/layer_statistics_panel.h"

#include "ui/look/theme.h"
#include "ui/pages/train/layer_matrix.h"
#include "ui/pages/train/layer_plot.h"
#include "ui/widgets/empty_state.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr std::size_t kMostFindings = 3;  // shown as lines; of the others there is the number

}  // namespace

LayerStatisticsPanel::LayerStatisticsPanel(QWidget* parent)
    : QWidget(parent), m_stack(new QStackedWidget(this)), m_empty(new EmptyState("train", {}, {}, m_stack)),
      m_strip(new QFrame(this)), m_icon(new QLabel(m_strip)), m_findings(new QLabel(m_strip)),
      m_matrix(new LayerMatrix(m_history, this)), m_plot(new LayerPlot(m_history, *m_matrix, this)) {
    setObjectName("layersPanel");
    connect(m_matrix, &LayerMatrix::chosenChanged, m_plot, &LayerPlot::refresh);

    auto* small = new QScrollArea(this);  // of very deep models
    small->setWidget(m_matrix);
    small->setWidgetResizable(true);
    small->viewport()->setAutoFillBackground(false);  // the card's ground shows
    m_matrix->setAutoFillBackground(false);
    small->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    small->setFocusPolicy(Qt::NoFocus);
    auto* card = new QFrame(this);
    setRole(card, "card");
    auto* cardLayout = new QVBoxLayout(card);
    cardLayout->setContentsMargins(kSpaceSmall, kSpaceSmall, kSpaceSmall, kSpaceSmall);
    cardLayout->addWidget(small);

    auto* page = new QWidget(m_stack);
    auto* plots = new QHBoxLayout;
    plots->setSpacing(kSpace);
    plots->addWidget(card, 3);
    plots->addWidget(m_plot, 2);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(makeStrip());
    layout->addLayout(plots, 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(page);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(m_stack);
}

QWidget* LayerStatisticsPanel::makeStrip() {
    m_findings->setObjectName("layerFindings");
    m_findings->setWordWrap(true);
    m_findings->setTextFormat(Qt::RichText);
    m_findings->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    // Each finding leads to its curve.
    connect(m_findings, &QLabel::linkActivated, this, [this](const QString& link) {
        m_matrix->choose({link.section('/', 0, 0).toUInt(), link.section('/', 1, 1).toUInt()});
    });
    auto* layout = new QHBoxLayout(m_strip);
    layout->setContentsMargins(kSpace, kSpaceSmall, kSpace, kSpaceSmall);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_findings, 1);
    return m_strip;
}

void LayerStatisticsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_plot) showFindings();  // polishing sends one during construction
}

void LayerStatisticsPanel::add(const std::vector<LayersMeasured>& measured) {
    for (const LayersMeasured& each : measured) m_history.add(each);
    refresh();
}

void LayerStatisticsPanel::addBefore(std::vector<LayersMeasured> earlier) {
    const std::vector<LayersMeasured> since = m_history.measured();
    earlier.insert(earlier.end(), since.begin(), since.end());
    m_history.clear();
    add(earlier);
}

void LayerStatisticsPanel::clear() {
    m_history.clear();
    refresh();
}

void LayerStatisticsPanel::setEmptyText(const QString& title, const QString& text) {
    m_empty->setTitle(title);
    m_empty->setText(text);
}

void LayerStatisticsPanel::refresh() {
    m_stack->setCurrentIndex(m_history.empty() ? 0 : 1);
    m_matrix->refresh();
    m_plot->refresh();
    showFindings();
}

void LayerStatisticsPanel::showFindings() {
    const std::vector<LayerFinding>& findings = m_history.findings();
    QString text;
    for (std::size_t i = 0; i < std::min(findings.size(), kMostFindings); ++i) {
        const auto statistic = findings[i].statistic - kLayerStatistics.data();
        text += QString("%1<a href=\"%2/%3\" style=\"color:%4\"><b>%5</b></a>")
                    .arg(i > 0 ? "<br>" : "")
                    .arg(findings[i].layer)
                    .arg(statistic)
                    .arg(colors(this).warning.name(), QString::fromStdString(findings[i].text).toHtmlEscaped());
    }
    if (findings.size() > kMostFindings) text += tr("<br>and %n more", "", int(findings.size() - kMostFindings));
    if (findings.empty()) text = tr("No layer stands out: all learn, none is saturated or explodes.");
    if (text == m_findings->text()) return;
    constexpr int kIcon = 16;
    m_findings->setText(text);
    m_icon->setPixmap(icon(findings.empty() ? "success" : "warning",
                           findings.empty() ? IconTint::Muted : IconTint::Warning).pixmap(kIcon));
    setRole(m_findings, findings.empty() ? "muted" : "warning");
    setRole(m_strip, findings.empty() ? "" : "warningBanner");
    Q_EMIT findingsChanged();
}

}  // namespace vit::ui
