// SPDX-License-Identifier: GPL-3.0-or-later
// Line plots of characters, for a terminal.
#pragma once

#include "core/runs/run_store.h"

#include <string>
#include <vector>

namespace vit::cli {

struct Series {
    std::string name;
    struct Point {
        double x = 0;
        double y = 0;
    };
    std::vector<Point> points;  // x rising; points that are not numbers are left out
};

// `width` × `height` characters of plot, with axes and a legend around them. Later series are drawn over earlier ones.
// Empty if no series has a point.
std::string lineChart(const std::string& title, const std::vector<Series>& series, int width, int height);

// Loss and accuracy of a run, training and validation, over the epochs.
std::string runCharts(const RunCurves& curves);

}  // namespace vit::cli
