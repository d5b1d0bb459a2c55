// SPDX-License-Identifier: GPL-3.0-or-later
// One metric over the epochs of a run: a thin line of every step, and training and validation at each epoch's end.
#pragma once

#include "ui/plot/qcustomplot_header.h"
#include "ui/plot/reference_curves.h"

#include <QString>
#include <QTimer>
#include <QVector>
#include <QWidget>

namespace vit::ui {

struct Colors;

class MetricPlot : public QWidget {
    Q_OBJECT

public:
    struct Options {
        QString name;       // objectName, and the exported file's name
        QString title;
        QString axisLabel;  // with its unit
        bool percent = false;        // values are shares and shown as 0–100
        bool epochCurves = true;     // training and validation at each epoch's end
        bool logToggle = false;
        Qt::Alignment legend = Qt::AlignTop | Qt::AlignRight;  // the corner that the curves leave free
    };

    explicit MetricPlot(Options options, QWidget* parent = nullptr);

    // x in epochs, fractional within one; increasing from call to call.
    void addSteps(const QVector<double>& epochs, const QVector<double>& values);
    void addEpoch(double epoch, double train, double validation);  // NaN: there is no such value
    void clear();
    void setEmptyText(const QString& text);

    // Curves of other runs, hidden at first; `tip` says whose they are. Values as for addEpoch.
    void setReferences(std::vector<ReferenceCurve> curves, const QString& tip);
    void showReferences(bool visible);
    // `why` they cannot be compared with what the plot shows: their button is grey and says so; empty: they can.
    void forbidReferences(const QString& why);
    bool referencesShown() const { return m_references.isVisible(); }
    const ReferenceCurves& references() const { return m_references; }

    const QString& title() const { return m_options.title; }
    bool isLogarithmic() const;
    void setLogarithmic(bool on);
    void resetView();
    bool isZoomed() const { return !m_follow; }

    // A PNG or PDF by the file's ending, in light colours so that it sits well in a document. Throws vit::Error.
    void exportTo(const QString& path);
    void copyToClipboard();

    // A vertical line with each curve's value there; also shown on the neighbours of the plot under the mouse.
    void showCrosshair(double epoch);
    void hideCrosshair();

    void setMaximized(bool maximized);  // only how its button looks
    QCustomPlot* plot() const { return m_plot; }

Q_SIGNALS:
    void exportRequested();
    void maximizeToggled();
    void crosshairMoved(double epoch);
    void crosshairLeft();
    void referencesClicked(bool visible);  // they were asked for, or away
    void viewChanged();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeHeader();
    QToolButton* makeButton(const QString& iconName, const QString& tip, const QString& name);
    void makeCurves();
    void connectMouse();
    void applyColors(const Colors& colors);
    void updateReadout();
    void updateRanges();
    std::vector<QCPGraph*> ownGraphs() const;
    double lastEpoch() const;
    QCPRange valueRange(const QCPRange& epochs) const;
    void setFollow(bool follow);
    void scheduleReplot();
    void showMenu(const QPoint& position);
    double displayed(double value) const { return m_options.percent ? value * 100 : value; }

    Options m_options;
    QCustomPlot* m_plot;
    QCPGraph* m_steps = nullptr;
    QCPGraph* m_train = nullptr;
    QCPGraph* m_validation = nullptr;
    PlotCrosshair* m_crosshair = nullptr;
    QLabel* m_empty;
    ReferenceCurves m_references;
    QString m_referencesTip;
    QHBoxLayout* m_buttons = nullptr;
    QToolButton* m_log = nullptr;
    QToolButton* m_compare = nullptr;
    QToolButton* m_reset;
    QToolButton* m_maximize;
    QTimer m_replot;
    bool m_follow = true;  // the view grows with the data until the user zooms or drags
};

}  // namespace vit::ui
