// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the published curves, whose files the build puts into the program.
#include "core/runs/published_runs.h"

#include "core/base/error.h"
#include "published_curves.h"  // generated from resources/reference

#include <cstdio>
#include <sstream>

namespace vit {

namespace {

std::vector<PublishedEpoch> parse(const char* csv) {
    std::vector<PublishedEpoch> epochs;
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        if (line.empty()) continue;
        PublishedEpoch e;
        int number = 0;
        const int read =
            std::sscanf(line.c_str(), "%d,%*f,%*f,%lf,%lf,%lf,%lf,%lf,%lf", &number, &e.train.loss, &e.train.accuracy,
                        &e.train.top5Accuracy, &e.validation.loss, &e.validation.accuracy, &e.validation.top5Accuracy);
        if (read != 7) throw Error("The published curves that were built in are damaged: " + line);
        e.epoch = number;
        epochs.push_back(e);
    }
    return epochs;
}

}  // namespace

const std::vector<PublishedRun>& publishedRuns() {
    static const std::vector<PublishedRun> runs = {
        {"Keras example, run 1", parse(kPublishedRun1), 0.5514, 0.8186},
        {"Keras example, run 2", parse(kPublishedRun2), 0.5497, 0.8191},
    };
    return runs;
}

}  // namespace vit
