// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of the selected runs over each other: loss and accuracy, smoothed, with bands.
#pragma once

#include "core/runs/run_store.h"
#include "ui/widgets/job.h"

#include <QColor>
#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QSlider;

namespace vit::ui {

class OverlayPlot;

class CurvesPanel : public QWidget {
    Q_OBJECT

public:
    enum Images { Validation, Training, Both, EachStep };
    enum Band { NoBand, OwnBand, AcrossRuns };

    explicit CurvesPanel(QWidget* parent = nullptr);

    struct Choice {
        QString folder;
        QString name;
        QColor color;
    };
    // Reads their curves on another thread; where they are read already, draws at once.
    void setRuns(std::vector<Choice> runs);
    // This run has grown: what was read of it is read again when it is next drawn.
    void forget(const QString& folder);

Q_SIGNALS:
    void failed(const QString& problem);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Curves {
        QString folder;
        std::vector<StepDone> steps;  // only where they are shown
        std::vector<EpochDone> epochs;
    };
    struct MetricOverlay {
        Metric metric;
        OverlayPlot* plot;
    };
    using Loaded = std::vector<std::shared_ptr<const Curves>>;

    QWidget* makeControls();
    void load();
    void draw();
    void drawMetric(OverlayPlot* plot, const Metric& metric);
    void updateNote();

    std::vector<Choice> m_runs;
    Loaded m_loaded;  // of those runs, as far as they could be read
    Job m_job;
    QComboBox* m_images;
    QComboBox* m_band;
    QSlider* m_smoothing;
    QLabel* m_smoothingText;
    QLabel* m_note;
    std::vector<MetricOverlay> m_plots;
};

}  // namespace vit::ui
