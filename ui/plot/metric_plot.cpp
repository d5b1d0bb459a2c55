// SPDX-License-Identifier: GPL-3.0-or-later
// Curves, view and mouse of one metric's plot.
#include "ui/plot/metric_plot.h"

#include "core/base/error.h"
#include "ui/look/theme.h"
#include "ui/plot/plot_crosshair.h"
#include "ui/plot/plot_style.h"
#include "ui/plot/tickers.h"

#include <QAction>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kReplotIntervalMs = 100;  // a curve that grows ten times a second looks alive; the window stays idle
constexpr int kLeftMargin = 64;         // the same for all plots, so that their epochs stand under each other
constexpr int kMarkersUpTo = 60;        // more epochs than this would be a row of touching discs
constexpr int kExportWidth = 900;
constexpr int kExportHeight = 560;
constexpr double kExportScale = 2;

// The smallest of a few round ends that holds the data, so that 5 % is not a flat line and the axis still begins at 0.
double percentEnd(double largest) {
    for (const double end : {10.0, 20.0, 50.0})
        if (largest <= end * 0.95) return end;
    return 100;
}

}  // namespace

MetricPlot::MetricPlot(Options options, QWidget* parent)
    : QWidget(parent), m_options(std::move(options)), m_plot(new QCustomPlot(this)), m_empty(new QLabel(m_plot)),
      m_references(m_plot) {
    setObjectName(m_options.name);
    setRole(this, "card");
    setAttribute(Qt::WA_StyledBackground);
    m_plot->setMinimumSize(200, 110);
    m_plot->setFocusPolicy(Qt::ClickFocus);
    m_plot->xAxis->setLabel(tr("Epoch"));
    m_plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new EpochTicker));
    m_plot->yAxis->setLabel(m_options.axisLabel);
    m_plot->yAxis->setNumberFormat("gb");
    m_plot->yAxis->setNumberPrecision(4);
    m_plot->axisRect()->setMinimumMargins(QMargins(kLeftMargin, 9, 12, 0));
    m_plot->setNoAntialiasingOnDrag(true);
    makeCurves();
    m_crosshair = new PlotCrosshair(m_plot, m_options.percent);
    updateReadout();
    m_empty->setAlignment(Qt::AlignCenter);
    setRole(m_empty, "muted");
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, 2, 2, kSpaceSmall);
    layout->setSpacing(0);
    layout->addWidget(makeHeader());
    layout->addWidget(m_plot, 1);

    m_replot.setSingleShot(true);
    m_replot.setInterval(kReplotIntervalMs);
    connect(&m_replot, &QTimer::timeout, this, [this] {
        updateRanges();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    });
    connectMouse();
    applyColors(colors(this));
    updateRanges();
}

void MetricPlot::addSteps(const QVector<double>& epochs, const QVector<double>& values) {
    if (epochs.isEmpty()) return;
    QVector<double> shown = values;
    for (double& value : shown) value = displayed(value);
    m_steps->addData(epochs, shown, true);
    m_empty->hide();
    scheduleReplot();
}

void MetricPlot::addEpoch(double epoch, double train, double validation) {
    if (!m_options.epochCurves) return;
    if (!std::isnan(train)) m_train->addData(epoch, displayed(train));
    if (!std::isnan(validation)) m_validation->addData(epoch, displayed(validation));
    const bool markers = m_train->dataCount() <= kMarkersUpTo;
    for (QCPGraph* graph : {m_train, m_validation})
        graph->setScatterStyle(markers ? QCPScatterStyle(QCPScatterStyle::ssDisc, 6) : QCPScatterStyle());
    m_empty->hide();
    scheduleReplot();
}

void MetricPlot::setReferences(std::vector<ReferenceCurve> curves, const QString& tip) {
    for (ReferenceCurve& curve : curves)
        for (QVector<double>* values : {&curve.train, &curve.validation})
            for (double& value : *values) value = displayed(value);
    m_references.set(curves);
    m_references.setColors(colors(this));
    m_referencesTip = tip;
    m_compare = makeButton("compare", tip, "references");
    m_compare->setCheckable(true);
    m_buttons->insertWidget(m_buttons->indexOf(m_reset), m_compare);
    connect(m_compare, &QToolButton::clicked, this, &MetricPlot::referencesClicked);
}

void MetricPlot::forbidReferences(const QString& why) {
    if (!m_compare) return;
    m_compare->setEnabled(why.isEmpty());
    m_compare->setToolTip(why.isEmpty() ? m_referencesTip : why);
}

void MetricPlot::showReferences(bool visible) {
    if (!m_compare) return;
    m_references.setVisible(visible);
    m_compare->setChecked(visible);
    if (visible) m_empty->hide();
    updateReadout();
    scheduleReplot();
}

void MetricPlot::clear() {
    for (QCPGraph* graph : ownGraphs()) graph->data()->clear();
    hideCrosshair();
    setFollow(true);
    m_empty->setVisible(!m_empty->text().isEmpty() && !referencesShown());
    scheduleReplot();
}

void MetricPlot::setEmptyText(const QString& text) {
    m_empty->setText(text);
    m_empty->setVisible(!text.isEmpty() && m_steps->dataCount() == 0 && !referencesShown());
}

bool MetricPlot::isLogarithmic() const { return m_plot->yAxis->scaleType() == QCPAxis::stLogarithmic; }

void MetricPlot::setLogarithmic(bool on) {
    m_plot->yAxis->setScaleType(on ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_plot->yAxis->setTicker(on ? QSharedPointer<QCPAxisTicker>(new LogTicker)
                                : QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
    if (m_log) m_log->setChecked(on);
    resetView();
}

void MetricPlot::resetView() {
    setFollow(true);
    updateRanges();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void MetricPlot::exportTo(const QString& path) {
    hideCrosshair();
    updateRanges();  // to what came since it was drawn, or while it was hidden
    applyColors(colors(QPalette(Qt::white)));
    bool written = false;
    if (path.endsWith(".pdf", Qt::CaseInsensitive))
        written = m_plot->savePdf(path, kExportWidth, kExportHeight, QCP::epNoCosmetic, "vit-workbench",
                                  m_options.title);
    else if (path.endsWith(".png", Qt::CaseInsensitive))
        written = m_plot->savePng(path, kExportWidth, kExportHeight, kExportScale);
    applyColors(colors(this));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    if (!written)
        throw Error(path.toStdString() + " could not be written: choose a name that ends in .png or .pdf, in a folder "
                                         "that you may write to.");
}

void MetricPlot::copyToClipboard() {
    updateRanges();
    applyColors(colors(QPalette(Qt::white)));
    QApplication::clipboard()->setPixmap(m_plot->toPixmap(kExportWidth, kExportHeight, kExportScale));
    applyColors(colors(this));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void MetricPlot::showCrosshair(double epoch) { m_crosshair->show(epoch); }

void MetricPlot::hideCrosshair() { m_crosshair->hide(); }

void MetricPlot::setMaximized(bool maximized) {
    m_maximize->setIcon(icon(maximized ? "minimize" : "maximize", IconTint::Muted));
    m_maximize->setToolTip(maximized ? tr("Back to all plots") : tr("Show this plot alone"));
}

void MetricPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_crosshair) return;  // polishing sends one during construction
    applyColors(colors(this));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void MetricPlot::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    scheduleReplot();  // what came while it was hidden
}

bool MetricPlot::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave) Q_EMIT crosshairLeft();
    if (event->type() == QEvent::Resize) m_empty->setGeometry(m_plot->rect());
    if (event->type() == QEvent::ContextMenu) showMenu(static_cast<QContextMenuEvent*>(event)->globalPos());
    return QWidget::eventFilter(watched, event);
}

QWidget* MetricPlot::makeHeader() {
    auto* header = new QWidget(this);
    auto* title = new QLabel(m_options.title, header);
    QFont font = title->font();
    font.setWeight(QFont::DemiBold);
    title->setFont(font);
    if (m_options.logToggle) {
        m_log = makeButton("log-scale", tr("Logarithmic axis"), "log");
        m_log->setCheckable(true);
        connect(m_log, &QToolButton::toggled, this, &MetricPlot::setLogarithmic);
    }
    m_reset = makeButton("reset", tr("Show everything again (double-click)"), "reset");
    m_reset->setEnabled(false);
    connect(m_reset, &QToolButton::clicked, this, &MetricPlot::resetView);
    QToolButton* copy = makeButton("copy", tr("Copy this plot to the clipboard"), "copy");
    connect(copy, &QToolButton::clicked, this, &MetricPlot::copyToClipboard);
    QToolButton* save = makeButton("export", tr("Export this plot as PNG or PDF"), "export");
    connect(save, &QToolButton::clicked, this, &MetricPlot::exportRequested);
    m_maximize = makeButton("maximize", {}, "maximize");
    connect(m_maximize, &QToolButton::clicked, this, &MetricPlot::maximizeToggled);
    setMaximized(false);

    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(4, 2, 2, 0);
    layout->setSpacing(0);
    layout->addWidget(title);
    layout->addStretch();
    if (m_log) layout->addWidget(m_log);
    for (QToolButton* button : {m_reset, copy, save, m_maximize}) layout->addWidget(button);
    m_buttons = layout;
    return header;
}

QToolButton* MetricPlot::makeButton(const QString& iconName, const QString& tip, const QString& name) {
    auto* button = new QToolButton(this);
    button->setObjectName(m_options.name + '.' + name);
    button->setIcon(icon(iconName, IconTint::Muted));
    button->setIconSize({15, 15});
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

void MetricPlot::makeCurves() {
    m_steps = m_plot->addGraph();
    m_steps->setName(tr("each step"));
    m_steps->setAntialiased(!m_options.epochCurves);  // the jagged line of single batches gains nothing from it
    m_steps->setAdaptiveSampling(true);
    if (m_options.epochCurves) {
        m_train = m_plot->addGraph();
        m_train->setName(tr("training"));
        m_validation = m_plot->addGraph();
        m_validation->setName(tr("validation"));
        m_plot->legend->setVisible(true);
        m_plot->axisRect()->insetLayout()->setInsetAlignment(0, m_options.legend);
    }
}

void MetricPlot::connectMouse() {
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->axisRect()->setRangeZoomFactor(0.87);
    m_plot->installEventFilter(this);
    connect(m_plot, &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) {
        const bool box = event->modifiers().testFlag(Qt::ShiftModifier);
        m_plot->setSelectionRectMode(box ? QCP::srmZoom : QCP::srmNone);
        if (box && event->button() == Qt::LeftButton) setFollow(false);
    });
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this] { setFollow(false); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        const bool drags = event->buttons().testFlag(Qt::LeftButton);
        if (drags) setFollow(false);
        if (!drags && m_plot->axisRect()->rect().contains(event->pos()))
            Q_EMIT crosshairMoved(m_plot->xAxis->pixelToCoord(event->position().x()));
        else
            Q_EMIT crosshairLeft();
    });
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, &MetricPlot::resetView);
}

void MetricPlot::applyColors(const Colors& colors) {
    stylePlot(m_plot, colors);
    m_crosshair->setColors(colors);
    m_references.setColors(colors);
    const bool alone = !m_options.epochCurves;
    QColor thin = alone ? colors.rate : colors.train;
    if (!alone) thin.setAlphaF(0.45F);
    m_steps->setPen(QPen(thin, alone ? 1.6 : 1.0));
    if (alone) return;
    m_train->setPen(QPen(colors.train, 2));
    m_validation->setPen(QPen(colors.validation, 2));
}

void MetricPlot::updateReadout() {
    std::vector<PlotCrosshair::Curve> curves = {{m_steps, tr("step")}};
    if (m_options.epochCurves) {
        curves.push_back({m_train, tr("training")});
        curves.push_back({m_validation, tr("validation")});
    }
    for (PlotCrosshair::Curve& curve : m_references.readable()) curves.push_back(std::move(curve));
    m_crosshair->setCurves(std::move(curves));
}

void MetricPlot::updateRanges() {
    if (!m_follow) return;
    m_plot->xAxis->setRange(0, std::max(1.0, std::ceil(lastEpoch() - 1e-9)) * 1.015);
    m_plot->yAxis->setRange(valueRange(m_plot->xAxis->range()));
}

std::vector<QCPGraph*> MetricPlot::ownGraphs() const {
    if (!m_options.epochCurves) return {m_steps};
    return {m_steps, m_train, m_validation};
}

// Of the run itself, so that ten epochs are not squeezed into the tenth of a longer reference; of that if it is alone.
double MetricPlot::lastEpoch() const {
    const auto lastOf = [](const std::vector<QCPGraph*>& graphs) {
        double last = 0;
        for (const QCPGraph* graph : graphs) {
            bool found = false;
            const QCPRange range = graph->getKeyRange(found);
            if (found) last = std::max(last, range.upper);
        }
        return last;
    };
    const double own = lastOf(ownGraphs());
    return own > 0 || !referencesShown() ? own : lastOf(m_references.graphs());
}

QCPRange MetricPlot::valueRange(const QCPRange& epochs) const {
    double low = std::numeric_limits<double>::max();
    double high = std::numeric_limits<double>::lowest();
    for (int i = 0; i < m_plot->graphCount(); ++i) {
        if (!m_plot->graph(i)->visible()) continue;
        bool found = false;
        const QCPRange range =
            m_plot->graph(i)->getValueRange(found, isLogarithmic() ? QCP::sdPositive : QCP::sdBoth, epochs);
        if (!found) continue;
        low = std::min(low, range.lower);
        high = std::max(high, range.upper);
    }
    if (m_options.percent) return {0, percentEnd(std::max(high, 0.0)) * 1.02};
    if (high < low) return isLogarithmic() ? QCPRange(0.1, 10) : QCPRange(0, 1);
    if (isLogarithmic()) return {low / 1.1, high * 1.1};
    if (!m_options.epochCurves) return {0, high > 0 ? high * 1.12 : 1};
    const double padding = std::max((high - low) * 0.06, std::abs(high) * 1e-3 + 1e-9);
    return {std::max(low >= 0 ? 0.0 : low - padding, low - padding), high + padding};
}

void MetricPlot::setFollow(bool follow) {
    if (m_follow == follow) return;
    m_follow = follow;
    m_reset->setEnabled(!follow);
    Q_EMIT viewChanged();
}

void MetricPlot::scheduleReplot() {
    if (isVisible() && !m_replot.isActive()) m_replot.start();
}

void MetricPlot::showMenu(const QPoint& position) {
    QMenu menu(this);
    QAction* reset = menu.addAction(icon("reset"), tr("Show everything"), this, &MetricPlot::resetView);
    reset->setEnabled(isZoomed());
    if (m_log) {
        QAction* log = menu.addAction(tr("Logarithmic axis"), this, &MetricPlot::setLogarithmic);
        log->setCheckable(true);
        log->setChecked(isLogarithmic());
    }
    if (m_compare) {
        QAction* compare = menu.addAction(tr("Published curves"), m_compare, &QToolButton::click);
        compare->setCheckable(true);
        compare->setChecked(referencesShown());
        compare->setEnabled(m_compare->isEnabled());
        compare->setToolTip(m_compare->toolTip());
        menu.setToolTipsVisible(true);
    }
    menu.addSeparator();
    menu.addAction(icon("copy"), tr("Copy image"), this, &MetricPlot::copyToClipboard);
    menu.addAction(icon("export"), tr("Export…"), this, &MetricPlot::exportRequested);
    menu.addAction(icon("maximize"), tr("Show alone, or with the others"), this, &MetricPlot::maximizeToggled);
    menu.exec(position);
}

}  // namespace vit::ui
