// SPDX-License-Identifier: GPL-3.0-or-later
// Curves made fit for looking at: smoothed, thinned out, and several gathered into one.
#pragma once

#include <QVector>

#include <vector>

namespace vit::ui {

// A line and the band of values behind it; all of one length, none NaN: values that are not there are left out.
struct BandCurve {
    QVector<double> x;
    QVector<double> y;
    QVector<double> low;
    QVector<double> high;
};

// The points as they are, band and line the same; those with NaN are left out.
BandCurve curveOf(const QVector<double>& x, const QVector<double>& y);

// The means of `buckets` equal parts of 0…end, and the least and the largest value in each. Fewer points than that, or
// end <= 0: as they are.
BandCurve bucketed(const BandCurve& curve, double end, int buckets);

// An exponential moving average whose first values are not drawn towards 0 (each is divided by the sum of its weights,
// as TensorBoard does). weight: 0 (as it is) to below 1. The band becomes what the line passed over within its memory:
// the least and largest value among the last 1/(1-weight) points.
BandCurve smoothed(const BandCurve& curve, double weight);

// One curve for many: at each x the mean of those that have a point there, with the least and the largest of them.
BandCurve gathered(const std::vector<BandCurve>& curves);

}  // namespace vit::ui
