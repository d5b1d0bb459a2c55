// SPDX-License-Identifier: GPL-3.0-or-later
// How sure the model became of one class, epoch by epoch: a small curve under the predictions.
#pragma once

#include "core/events/prediction.h"

#include <QString>
#include <QWidget>

#include <cstdint>
#include <map>
#include <optional>

namespace vit::ui {

// Collects the predictions of one picture and draws the probability of the class that the last one puts first.
class ProbabilityStrip : public QWidget {
    Q_OBJECT

public:
    explicit ProbabilityStrip(QWidget* parent = nullptr);

    void clear();
    void add(const Prediction& prediction);  // replaces that of the same epoch
    void addEarlier(const Prediction& prediction);  // whose first class is not the one that is drawn
    void setMarked(const std::optional<std::int64_t>& epoch);  // the one that is looked at

    struct Point {
        std::int64_t epoch = 0;
        std::optional<double> probability;  // none: the class was not among those predicted, so it was below `bound`
        double bound = 0;
    };
    std::vector<Point> points() const;
    QString className() const { return m_className; }

    QSize sizeHint() const override { return {220, 52}; }
    QSize minimumSizeHint() const override { return {120, 64}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QRectF plotRect() const;
    double largest(const std::vector<Point>& points) const;
    QPointF position(const Point& point, double largest) const;
    QString describe(const Point& point) const;

    std::map<std::int64_t, Prediction> m_predictions;  // by epoch
    QString m_className;
    std::optional<std::int64_t> m_marked;
};

}  // namespace vit::ui
