// SPDX-License-Identifier: GPL-3.0-or-later
// Measures how long one waits for each analysis of a picture, and for each lens: inspect_latency RUN PICTURE [--rounds
// N]. RUN is a run's folder. Prints a table of medians and 95th percentiles; OMP_NUM_THREADS sets the threads.
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/device/device.h"
#include "core/inspect/attention.h"
#include "core/inspect/faithfulness.h"
#include "core/inspect/layer_answers.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tokens.h"
#include "core/inspect/what_if.h"
#include "core/lenses/lens.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace vit;

namespace {

constexpr int kWarmUp = 3;  // rounds that do not count

using Work = std::pair<std::string, std::function<void()>>;

struct Times {
    double median = 0;
    double high = 0;  // 95th percentile
    double most = 0;
};

Times measured(const std::function<void()>& work, int rounds) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    for (int round = -kWarmUp; round < rounds; ++round) {
        const Clock::time_point begin = Clock::now();
        work();
        const std::chrono::duration<double, std::milli> passed = Clock::now() - begin;
        if (round >= 0) times.push_back(passed.count());
    }
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times[times.size() * 95 / 100], times.back()};
}

// What the window asks for while one looks around, and what the analyses cost by themselves.
std::vector<Work> analyses(LoadedModel& model, const Image& photo, std::int64_t about) {
    const TokenGrid grid = tokenGrid(model.config());
    const Look look = model.look(photo, {.attention = true, .tokens = true});
    const FloatArray map = randomMap(grid.rows, grid.columns, 0);
    std::vector<Work> works = {
        {"prediction, top 5", [&model, photo] { model.predict(photo); }},
        {"attention of all layers and heads", [&model, photo] { model.look(photo, {.attention = true}); }},
        {"tokens of all layers", [&model, photo] { model.look(photo, {.tokens = true}); }},
        {"figures of all heads", [look, grid] { headFigures(look.attention, grid); }},
        {"where one patch looks",
         [look, grid] { attentionMap(layerAttention(look.attention, 0, {}), grid, 0, Direction::LooksAt); }},
        {"rollout", [look] { rollout(look.attention); }},
    };
    for (const RelevanceMethod& method : relevanceMethods())
        works.push_back({std::string("relevance: ") + method.name,
                         [&model, &method, photo, about] { relevance(model, photo, about, method); }});
    const std::vector<Work> others = {
        {"faithfulness of a map", [&model, photo, map, about] { faithfulness(model, photo, map, about); }},
        {"survives randomised weights",
         [&model, photo, about] { sanity(model, photo, about, relevanceMethods().front()); }},
        {"tokens as colours", [look, grid] { tokenColours(look.normed, grid); }},
        {"norms and outliers", [look, grid] { tokenNorms(look.normed, grid); }},
        {"similarity of positions", [&model] { positionSimilarity(model); }},
        {"projection filters", [&model] { projectionFilters(model); }},
        {"answers of all layers", [&model, photo] { layerAnswers(model, photo); }},
        {"what if: a patch hidden", [&model, photo] { whatIf(model, photo, {.hidden = {0}}); }},
        {"what if: a head off",
         [&model, photo] {
             whatIf(model, photo, {.heads = {{0, 0}}});
         }},
        {"each head off in turn", [&model, photo, about] { headEffects(model, photo, about); }},
    };
    works.insert(works.end(), others.begin(), others.end());
    for (const Lens& lens : lenses())
        works.push_back({"lens: " + lens.name, [&model, &lens, photo] { lookThrough(lens, {model, photo, {}, {}}); }});
    return works;
}

void run(const std::string& folder, const std::string& picture, int rounds) {
    const Image photo = loadImage(picture);
    LoadedModel model = LoadedModel::open(folder);
    const ModelConfig& config = model.config().model;
    std::printf("%s: %lld blocks of %lld heads, %lld x %lld patches, %zu classes; %d rounds each\n\n",
                model.state().name.c_str(), static_cast<long long>(config.layers), static_cast<long long>(config.heads),
                static_cast<long long>(config.imageSize / config.patchSize),
                static_cast<long long>(config.imageSize / config.patchSize), model.classNames().size(), rounds);
    std::printf("| %-44s | median, ms | 95th percentile, ms | most, ms |\n|---|---:|---:|---:|\n", "Analysis");
    for (const auto& [name, work] : analyses(model, photo, model.predict(photo, 1).top.front().index)) {
        Times times;
        try {
            times = measured(work, rounds);
        } catch (const Error& fault) {  // a lens that asks for an index or another model
            std::printf("| %-44s | - | - | %s |\n", name.c_str(), fault.what());
            continue;
        }
        std::printf("| %-44s | %10s | %19s | %8s |\n", name.c_str(), fixedText(times.median, 1).c_str(),
                    fixedText(times.high, 1).c_str(), fixedText(times.most, 1).c_str());
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures how long each analysis of a picture takes.", "inspect_latency"};
    std::string folder, picture;
    int rounds = 40;
    app.add_option("run", folder, "A run's folder")->required();
    app.add_option("picture", picture, "An image file")->required();
    app.add_option("--rounds", rounds, "Of each analysis, beside those that warm up")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    tuneAllocator();
    try {
        run(folder, picture, rounds);
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "inspect_latency: %s\n", fault.what());
        return 1;
    }
    return 0;
}
