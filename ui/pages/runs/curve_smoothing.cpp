// SPDX-License-Identifier: GPL-3.0-or-later
// Sums over points; each function makes a new curve.
#include "ui/pages/runs/curve_smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace vit::ui {

namespace {

struct Gathering {
    double sumY = 0;
    double low = std::numeric_limits<double>::max();
    double high = std::numeric_limits<double>::lowest();
    int count = 0;

    void add(double y, double least, double largest) {
        sumY += y;
        low = std::min(low, least);
        high = std::max(high, largest);
        ++count;
    }
    void appendTo(BandCurve& curve, double x) const {
        curve.x << x;
        curve.y << sumY / count;
        curve.low << low;
        curve.high << high;
    }
};

}  // namespace

BandCurve curveOf(const QVector<double>& x, const QVector<double>& y) {
    BandCurve curve;
    for (qsizetype i = 0; i < x.size(); ++i) {
        if (std::isnan(y[i])) continue;
        curve.x << x[i];
        curve.y << y[i];
    }
    curve.low = curve.high = curve.y;
    return curve;
}

BandCurve bucketed(const BandCurve& curve, double end, int buckets) {
    if (curve.x.size() <= buckets || end <= 0) return curve;
    std::vector<Gathering> parts(static_cast<std::size_t>(buckets));
    for (qsizetype i = 0; i < curve.x.size(); ++i) {
        const double place = std::clamp(curve.x[i] / end * buckets, 0.0, buckets - 1.0);
        parts[static_cast<std::size_t>(place)].add(curve.y[i], curve.low[i], curve.high[i]);
    }
    BandCurve thinned;
    for (int i = 0; i < buckets; ++i) {
        const Gathering& part = parts[static_cast<std::size_t>(i)];
        if (part.count > 0) part.appendTo(thinned, (i + 0.5) * end / buckets);  // the same x for every run
    }
    return thinned;
}

BandCurve smoothed(const BandCurve& curve, double weight) {
    if (weight <= 0) return curve;
    BandCurve smooth = curve;
    const auto memory = static_cast<qsizetype>(std::ceil(1 / (1 - weight)));
    double sum = 0, weights = 0;
    for (qsizetype i = 0; i < curve.y.size(); ++i) {
        sum = weight * sum + (1 - weight) * curve.y[i];
        weights = weight * weights + (1 - weight);
        smooth.y[i] = sum / weights;
        for (qsizetype k = std::max<qsizetype>(0, i - memory + 1); k < i; ++k) {
            smooth.low[i] = std::min(smooth.low[i], curve.low[k]);
            smooth.high[i] = std::max(smooth.high[i], curve.high[k]);
        }
    }
    return smooth;
}

BandCurve gathered(const std::vector<BandCurve>& curves) {
    std::map<double, Gathering> places;
    for (const BandCurve& curve : curves)
        for (qsizetype i = 0; i < curve.x.size(); ++i)
            places[curve.x[i]].add(curve.y[i], curve.y[i], curve.y[i]);
    BandCurve one;
    for (const auto& [x, place] : places) place.appendTo(one, x);
    return one;
}

}  // namespace vit::ui
