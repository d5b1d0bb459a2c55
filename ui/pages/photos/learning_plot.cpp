// SPDX-License-Identifier: GPL-3.0-or-later
// Photos by their logarithm: each step doubles them.
#include "ui/pages/photos/learning_plot.h"

#include "ui/look/theme.h"
#include "ui/plot/plot_style.h"
#include "ui/plot/tickers.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace vit::ui {

LearningPlot::LearningPlot(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this)), m_advice(new QLabel(this)) {
    m_plot->setObjectName("learningPlot");
    m_plot->setMinimumSize(240, 150);
    m_plot->setAccessibleName(tr("Learning curve"));
    m_plot->setToolTip(tr("The linear probe's accuracy on the test photos, taught with 1, 2, 5, 10, … photos of each class "
                          "and with all"));
    m_plot->xAxis->setScaleType(QCPAxis::stLogarithmic);
    m_plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new LogTicker));
    m_plot->xAxis->setNumberFormat("f");
    m_plot->xAxis->setNumberPrecision(0);
    m_plot->xAxis->setLabel(tr("Training photos"));
    m_plot->yAxis->setLabel(tr("Correct (%)"));
    m_plot->addGraph()->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 6));
    m_advice->setObjectName("learningAdvice");
    m_advice->setWordWrap(true);
    m_advice->setTextFormat(Qt::PlainText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(m_plot, 1);
    layout->addWidget(m_advice);
    applyColors();
}

void LearningPlot::setCurve(const LearningCurve& curve) {
    QVector<double> photos, accuracies;
    for (const LearningPoint& point : curve.points) {
        photos << static_cast<double>(point.photos);
        accuracies << 100 * point.accuracy;
    }
    m_plot->graph()->setData(photos, accuracies, true);
    if (!photos.isEmpty()) m_plot->xAxis->setRange(photos.first() / 1.2, photos.last() * 1.2);
    m_plot->yAxis->setRange(0, 100);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    m_advice->setText(QString::fromStdString(curve.advice));
}

void LearningPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) applyColors();
    QWidget::changeEvent(event);
}

void LearningPlot::applyColors() {
    const Colors& own = colors(this);
    stylePlot(m_plot, own);
    m_plot->graph()->setPen(QPen(own.validation, 2));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace vit::ui
