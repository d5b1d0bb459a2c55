// SPDX-License-Identifier: GPL-3.0-or-later
// Reads, prepares and draws the curves.
#include "ui/pages/runs/curves_panel.h"

#include "core/runs/run_files.h"
#include "ui/look/theme.h"
#include "ui/pages/runs/curve_smoothing.h"
#include "ui/pages/runs/overlay_plot.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr std::size_t kMostRuns = 50;
constexpr int kBuckets = 400;  // about one for two pixels
constexpr int kSmoothingUnits = 100;
constexpr double kMostSmoothing = 0.98;

template <typename T>
std::vector<T> valuesOf(std::vector<run_files::Line<T>> lines) {
    std::vector<T> values;
    values.reserve(lines.size());
    for (auto& line : lines) values.push_back(std::move(line.value));
    return values;
}

double positionOf(const StepDone& step) {
    const double within = step.stepsPerEpoch > 0 ? double(step.stepInEpoch) / double(step.stepsPerEpoch) : 0;
    return double(step.epoch - 1) + within;
}

BandCurve epochCurve(const std::vector<EpochDone>& epochs, EpochMetrics EpochDone::*images,
                     const Metric& metric) {
    QVector<double> x, y;
    for (const EpochDone& epoch : epochs) {
        x << double(epoch.epoch);
        y << (epoch.*images).*metric.value;
    }
    return curveOf(x, y);
}

BandCurve stepCurve(const std::vector<StepDone>& steps, const Metric& metric, double end) {
    QVector<double> x, y;
    for (const StepDone& step : steps) {
        x << positionOf(step);
        y << step.*metric.value;
    }
    return bucketed(curveOf(x, y), end, kBuckets);
}

}  // namespace

CurvesPanel::CurvesPanel(QWidget* parent) : QWidget(parent) {
    setObjectName("curvesPanel");
    auto* plots = new QHBoxLayout;
    plots->setSpacing(kSpace);
    for (const Metric& metric : kMetrics) {
        if (!metric.leads) continue;
        m_plots.push_back({metric, new OverlayPlot(QString("overlay.") + metric.shortKey,
                                                   QString::fromStdString(metric.label()), metric.axis, metric.share,
                                                   this)});
        plots->addWidget(m_plots.back().plot);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpaceSmall);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(makeControls());
    layout->addLayout(plots, 1);
    for (const MetricOverlay& each : m_plots) {
        connect(each.plot, &OverlayPlot::crosshairMoved, this, [this](double epoch) {
            for (const MetricOverlay& other : m_plots) other.plot->showCrosshair(epoch);
        });
        connect(each.plot, &OverlayPlot::crosshairLeft, this, [this] {
            for (const MetricOverlay& other : m_plots) other.plot->hideCrosshair();
        });
    }
    connect(&m_job, &Job::failed, this, &CurvesPanel::failed);
    draw();
}

QWidget* CurvesPanel::makeControls() {
    auto* bar = new QWidget(this);
    m_images = new QComboBox(bar);
    m_images->setObjectName("curveImages");
    m_images->addItems({tr("Validation"), tr("Training"), tr("Validation and training"), tr("Training, each step")});
    m_images->setToolTip(tr("Which curves are drawn; where both are, training is dashed"));
    m_band = new QComboBox(bar);
    m_band->setObjectName("curveBand");
    m_band->addItems({tr("No band"), tr("Band of each run"), tr("Band across the runs")});
    m_band->setToolTip(tr("Of each run: the least and largest values that smoothing, or drawing fewer points, passes "
                          "over. Across the runs: their mean, with the least and the largest of them"));
    m_smoothing = new QSlider(Qt::Horizontal, bar);
    m_smoothing->setObjectName("smoothing");
    m_smoothing->setRange(0, kSmoothingUnits);
    m_smoothing->setMaximumWidth(150);
    m_smoothing->setMinimumHeight(22);  // the handle is taller than the style believes
    m_smoothing->setToolTip(tr("Exponential moving average: how much of a point comes from those before it"));
    m_smoothing->setAccessibleName(tr("Smoothing"));
    m_smoothingText = new QLabel(bar);
    m_smoothingText->setMinimumWidth(fontMetrics().horizontalAdvance("0.000"));
    m_note = new QLabel(bar);
    m_note->setObjectName("curvesNote");
    setRole(m_note, "muted");
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_images);
    layout->addWidget(m_band);
    layout->addSpacing(kSpace);
    layout->addWidget(new QLabel(tr("Smoothing"), bar));
    layout->addWidget(m_smoothing);
    layout->addWidget(m_smoothingText);
    layout->addStretch();
    layout->addWidget(m_note);
    connect(m_images, &QComboBox::currentIndexChanged, this, [this] { load(); });
    connect(m_band, &QComboBox::currentIndexChanged, this, &CurvesPanel::draw);
    connect(m_smoothing, &QSlider::valueChanged, this, &CurvesPanel::draw);
    return bar;
}

void CurvesPanel::setRuns(std::vector<Choice> runs) {
    m_runs = std::move(runs);
    load();
}

void CurvesPanel::forget(const QString& folder) {
    m_job.abandon();  // it may have read the run before
    std::erase_if(m_loaded, [&](const auto& curves) { return curves->folder == folder; });
    if (isVisible()) load();
}

void CurvesPanel::load() {
    const bool steps = m_images->currentIndex() == EachStep;
    QStringList folders;
    for (const Choice& run : m_runs) {
        if (folders.size() < qsizetype(kMostRuns)) folders << run.folder;
    }
    const Loaded known = m_loaded;
    const auto isKnown = [&](const QString& folder) {
        return std::any_of(known.begin(), known.end(), [&](const auto& curves) {
            return curves->folder == folder && (!steps || !curves->steps.empty());
        });
    };
    if (std::all_of(folders.begin(), folders.end(), isKnown)) {
        m_job.abandon();
        std::erase_if(m_loaded, [&](const auto& curves) { return !folders.contains(curves->folder); });
        return draw();
    }
    m_job.run(
        [folders, known, steps](const Progress& progress) {
            Loaded loaded;
            for (const QString& folder : folders) {
                if (!progress("", qint64(loaded.size()), folders.size())) throw Cancelled();
                const auto found = std::find_if(known.begin(), known.end(), [&](const auto& curves) {
                    return curves->folder == folder && (!steps || !curves->steps.empty());
                });
                if (found != known.end()) {
                    loaded.push_back(*found);
                    continue;
                }
                Curves curves{folder, {}, valuesOf(run_files::readEpochs(folder.toStdString()))};
                if (steps) curves.steps = valuesOf(run_files::readSteps(folder.toStdString()));
                loaded.push_back(std::make_shared<const Curves>(std::move(curves)));
            }
            return loaded;
        },
        [this](Loaded loaded) {
            m_loaded = std::move(loaded);
            draw();
        });
}

void CurvesPanel::draw() {
    const double weight = double(m_smoothing->value()) / kSmoothingUnits * kMostSmoothing;
    m_smoothingText->setText(QString::number(weight, 'f', 2));
    for (const MetricOverlay& each : m_plots) drawMetric(each.plot, each.metric);
    updateNote();
}

void CurvesPanel::drawMetric(OverlayPlot* plot, const Metric& metric) {
    const auto images = static_cast<Images>(m_images->currentIndex());
    const auto band = static_cast<Band>(m_band->currentIndex());
    const double weight = double(m_smoothing->value()) / kSmoothingUnits * kMostSmoothing;
    double end = 0;
    for (const auto& curves : m_loaded)
        if (!curves->steps.empty()) end = std::max(end, positionOf(curves->steps.back()));

    std::vector<OverlayPlot::Line> lines;
    std::vector<BandCurve> solid, dashed;
    for (const Choice& run : m_runs) {
        const auto found = std::find_if(m_loaded.begin(), m_loaded.end(),
                                        [&](const auto& curves) { return curves->folder == run.folder; });
        if (found == m_loaded.end()) continue;
        const auto add = [&](const BandCurve& curve, bool isDashed) {
            const BandCurve smooth = smoothed(curve, weight);
            (isDashed ? dashed : solid).push_back(smooth);
            lines.push_back({smooth, isDashed ? tr("%1, training").arg(run.name) : run.name, run.color, isDashed});
        };
        const Curves& curves = **found;
        if (images == EachStep) add(stepCurve(curves.steps, metric, end), false);
        const bool both = images == Both;
        if (images == Validation || both) add(epochCurve(curves.epochs, &EpochDone::validation, metric), false);
        if (images == Training || both) add(epochCurve(curves.epochs, &EpochDone::train, metric), both);
    }
    const auto count = std::max(solid.size(), dashed.size());
    if (band == AcrossRuns && count > 1) {
        lines.clear();
        const Colors& theme = colors(this);
        const QColor color = images == Training || images == EachStep ? theme.train : theme.validation;
        lines.push_back({gathered(solid), tr("mean of %1 runs").arg(count), color, false});
        if (!dashed.empty()) lines.push_back({gathered(dashed), tr("mean, training"), theme.train, true});
    }
    plot->setLines(lines, band != NoBand);
}

void CurvesPanel::updateNote() {
    if (m_runs.empty()) m_note->setText(tr("Select runs in the table to see their curves"));
    else if (m_runs.size() <= kMostRuns) m_note->clear();
    else m_note->setText(tr("The first %1 of %2 selected").arg(kMostRuns).arg(m_runs.size()));
}

void CurvesPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) draw();
    QWidget::changeEvent(event);
}

}  // namespace vit::ui
