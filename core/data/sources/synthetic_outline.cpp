// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the outlines of the synthetic shapes.
#include "core/data/sources/synthetic_outline.h"

#include <cmath>
#include <numbers>

namespace vit {

namespace {

using Line = std::vector<OutlinePoint>;

constexpr double kTurn = 2 * std::numbers::pi;
constexpr int kCurvePoints = 40;

// Points on a circle from angle `from` to angle `to`.
void addArc(Line& line, OutlinePoint centre, double radius, double from, double to, int points) {
    for (int i = 0; i < points; ++i) {
        const double angle = from + (to - from) * i / (points - 1);
        line.push_back({centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
    }
}

// A regular polygon; with an inner radius, a star of as many points.
Line polygon(int corners, double innerRadius = 0) {
    Line line;
    for (int i = 0; i < corners; ++i) {
        const double angle = kTurn * i / corners - kTurn / 4;
        line.push_back({std::cos(angle), std::sin(angle)});
        if (innerRadius <= 0) continue;
        const double between = angle + kTurn / (2 * corners);
        line.push_back({innerRadius * std::cos(between), innerRadius * std::sin(between)});
    }
    return line;
}

Line circle(double radius) {
    Line line;
    addArc(line, {0, 0}, radius, 0, kTurn, kCurvePoints);
    return line;
}

Line cross() {
    constexpr double a = 0.95;  // half the length of an arm
    constexpr double b = 0.30;  // half its width
    return {{-b, -a}, {b, -a}, {b, -b}, {a, -b}, {a, b}, {b, b}, {b, a}, {-b, a}, {-b, b}, {-a, b}, {-a, -b}, {-b, -b}};
}

// The unit circle less a second one that is shifted to the right.
Line crescent() {
    constexpr double shift = 0.5;
    constexpr double radius = 0.78;
    const double x = (1 - radius * radius + shift * shift) / (2 * shift);  // of the two points where they meet
    const double y = std::sqrt(1 - x * x);
    const double outer = std::atan2(y, x);
    const double inner = std::atan2(y, x - shift);
    Line line;
    addArc(line, {0, 0}, 1, outer, kTurn - outer, kCurvePoints);
    addArc(line, {shift, 0}, radius, kTurn - inner, inner, kCurvePoints);
    return line;
}

// The well-known curve 16 sin³t, 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t.
Line heart() {
    Line line;
    for (int i = 0; i < kCurvePoints; ++i) {
        const double t = kTurn * i / kCurvePoints;
        const double y = 13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t);
        line.push_back({16 * std::pow(std::sin(t), 3) / 17, -(y + 2) / 17});
    }
    return line;
}

}  // namespace

const std::vector<Outline>& syntheticOutlines() {
    static const std::vector<Outline> kOutlines = {
        {"circle", {circle(0.9)}},
        {"square", {{{-0.72, -0.72}, {0.72, -0.72}, {0.72, 0.72}, {-0.72, 0.72}}}},
        {"triangle", {polygon(3)}},
        {"star", {polygon(5, 0.42)}},
        {"cross", {cross()}},
        {"ring", {circle(0.95), circle(0.52)}},
        {"diamond", {{{0, -1}, {0.52, 0}, {0, 1}, {-0.52, 0}}}},
        {"pentagon", {polygon(5)}},
        {"crescent", {crescent()}},
        {"heart", {heart()}},
    };
    return kOutlines;
}

}  // namespace vit
