// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the published curves, whose files the build puts into the program.
#include "core/runs/published_runs.h"

#include "core/base/error.h"
#include "published_curves.h"  // generated from resources/reference

#include <algorithm>
#include <charconv>
#include <limits>
#include <ranges>
#include <sstream>
#include <string_view>

namespace vit {

namespace {

std::vector<std::string_view> cellsOf(std::string_view line) {
    std::vector<std::string_view> cells;
    for (const auto part : std::views::split(line, ',')) cells.emplace_back(part.begin(), part.end());
    return cells;
}

// In the columns "epoch", "loss", …, "val_loss", …
std::vector<PublishedEpoch> parse(const char* csv) {
    std::vector<PublishedEpoch> epochs;
    std::istringstream lines(csv);
    std::string heading, line;
    std::getline(lines, heading);
    const std::vector<std::string_view> columns = cellsOf(heading);
    while (std::getline(lines, line)) {
        if (line.empty()) continue;
        const std::vector<std::string_view> cells = cellsOf(line);
        const auto read = [&](const std::string& column, auto& number) {
            const auto at = std::size_t(std::find(columns.begin(), columns.end(), column) - columns.begin());
            const std::string_view cell = at < cells.size() ? cells[at] : std::string_view();
            if (std::from_chars(cell.data(), cell.data() + cell.size(), number).ec != std::errc())
                throw Error("The published curves that were built in are damaged: " + line);
        };
        PublishedEpoch& epoch = epochs.emplace_back();
        read("epoch", epoch.epoch);
        for (const Metric& metric : kMetrics) {
            read(metric.key, epoch.train.*metric.value);
            read(std::string("val_") + metric.key, epoch.validation.*metric.value);
        }
    }
    return epochs;
}

}  // namespace

const std::vector<PublishedRun>& publishedRuns() {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    static const std::vector<PublishedRun> runs = {
        {"Keras example, run 1", parse(kPublishedRun1), {kNone, 0.5514, 0.8186}},
        {"Keras example, run 2", parse(kPublishedRun2), {kNone, 0.5497, 0.8191}},
    };
    return runs;
}

}  // namespace vit
