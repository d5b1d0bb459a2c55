// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a folder of many runs whose settings differ and whose curves follow from them.
#pragma once

#include "core/config/presets.h"
#include "core/runs/run_writer.h"

#include <cmath>
#include <filesystem>
#include <random>
#include <string>

namespace vit::test {

struct StoreSize {
    int runs = 1000;
    int epochs = 100;
    int stepsPerEpoch = 20;
};

inline EpochDone madeEpoch(const Config& config, int number, int epochs, double skill, double noise) {
    const double progress = 1 - std::exp(-number * config.optimizer.learningRate * 40);
    EpochDone done;
    done.epoch = number;
    done.epochs = epochs;
    done.train = {4.2 - 2.9 * progress * skill, 0.02 + 0.75 * progress * skill, 0.1 + 0.85 * progress * skill};
    done.validation = {4.2 - 2.4 * progress * skill + noise, 0.02 + 0.58 * progress * skill + noise / 8,
                       0.1 + 0.74 * progress * skill + noise / 8};
    done.learningRate = config.optimizer.learningRate;
    done.seconds = 30;
    done.imagesPerSecond = 1500;
    return done;
}

// `name` gets the index; the run is complete but for its weights.
inline void makeRun(const std::filesystem::path& folder, int index, const StoreSize& size) {
    std::mt19937 random(static_cast<unsigned>(index));
    std::normal_distribution<double> noise(0, 0.05);
    Config config = preset("first-steps").config;
    const double rates[] = {0.0001, 0.0003, 0.001, 0.003};
    config.model.layers = 2 + std::int64_t(random() % 4) * 2;
    config.model.attentionDropout = 0.05 * double(random() % 4);
    config.optimizer.learningRate = rates[random() % 4];
    config.optimizer.weightDecay = random() % 2 == 0 ? 0.0001 : 0.01;
    config.augmentation.rotation = random() % 2 == 0 ? 0.02 : 0.05;
    config.run.seed = 1 + index % 3;
    config.run.epochs = size.epochs;
    const double skill = 0.6 + 0.05 * double(config.model.layers) - config.model.attentionDropout + noise(random) / 2;

    std::filesystem::create_directories(folder);
    RunWriter writer(folder);
    writer.writeConfig(config);
    writer.writeEnvironment(R"({"device": "CPU, 2 threads", "parameters": 1234567})");
    RunFinished result;
    for (int epoch = 1; epoch <= size.epochs; ++epoch) {
        EpochDone done = madeEpoch(config, epoch, size.epochs, skill, noise(random));
        done.best = done.validation.accuracy > result.bestValidationAccuracy;
        done.step = std::int64_t(epoch) * size.stepsPerEpoch;
        for (int step = 1; step <= size.stepsPerEpoch; ++step) {
            StepDone one;
            one.step = done.step - size.stepsPerEpoch + step;
            one.epoch = epoch;
            one.stepInEpoch = step;
            one.stepsPerEpoch = size.stepsPerEpoch;
            one.loss = done.train.loss + 2 * noise(random);
            one.accuracy = std::max(0.0, done.train.accuracy + noise(random));
            one.learningRate = done.learningRate;
            writer.append(one);
        }
        writer.append(done);
        if (!done.best) continue;
        result.bestEpoch = epoch;
        result.bestValidationAccuracy = done.validation.accuracy;
    }
    if (index % 9 == 4) return;  // some were killed
    result.reason = index % 7 == 3 ? StopReason::Stopped : StopReason::Completed;
    result.epochsDone = size.epochs;
    result.stepsDone = std::int64_t(size.epochs) * size.stepsPerEpoch;
    result.tested = true;
    result.test = {1.9, result.bestValidationAccuracy - 0.01, 0.8};
    writer.writeResult(result);
}

inline void makeStore(const std::filesystem::path& store, const StoreSize& size) {
    for (int i = 0; i < size.runs; ++i) {
        const std::string number = std::to_string(10000 + i).substr(1);
        makeRun(store / ("2026-03-01-1407-run-" + number), i, size);
    }
}

}  // namespace vit::test
