// SPDX-License-Identifier: GPL-3.0-or-later
// Small runs to export, of known curves, results, pictures and weights.
#pragma once

#include "core/config/presets.h"
#include "core/data/images/image.h"
#include "core/io/safetensors.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"
#include "core/runs/run_writer.h"
#include "tests/support/made_weights.h"

#include <QObject>
#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vit::test {

inline StepDone stepDone(std::int64_t number) {
    StepDone done;
    done.step = number;
    done.epoch = (number + 1) / 2;
    done.loss = 1.0 / static_cast<double>(number + 2);
    done.learningRate = 0.1 / 3;
    done.elapsedSeconds = static_cast<double>(number);
    return done;
}

// Of an embedding, a block and a head, after the second step.
inline LayersMeasured layersMeasured() {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return {2, 1, {{0.5, 1e-3, 0, 1, kNone, kNone},
                   {0.25, 2e-3, 0.1, 1.5, 0.125, 0.75},
                   {0.1 / 3, 3e-3, 0, 2, 0, kNone}}};
}

// Lets a run that was written have measured its layers.
inline void measureLayers(const std::filesystem::path& folder, bool tensorBoard = false) {
    RunWriter writer(folder, 3, 6);
    if (tensorBoard) writer.startTensorBoard();
    writer.append(layersMeasured());
    writer.flush();
}

inline EpochDone epochDone(std::int64_t number) {
    EpochDone done;
    done.epoch = number;
    done.step = 2 * number;
    done.train = {2.0 / 3 / static_cast<double>(number), 0.1, 0.5};
    done.validation = {1.0 / 3, 0.1 * static_cast<double>(number), 0.6};
    return done;
}

// In the second epoch the class that comes first in the end is not among those that are kept.
inline ProbePredicted probeAfter(std::int64_t epoch, const std::string& image) {
    ProbePredicted probe;
    probe.prediction.epoch = epoch;
    probe.prediction.top = {{1, "b & c", 0.2 * static_cast<double>(epoch)}, {0, "a", 0.125}};
    if (epoch == 2) probe.prediction.top = {{2, "d", 0.5}, {0, "a", 0.25}};
    probe.prediction.step = 2 * epoch;
    probe.image = image;
    probe.map = KeptMap{"relevance", 2, 2, 0, 0.25 * static_cast<double>(epoch), {0, 85, 170, 255}};
    return probe;
}

inline std::shared_ptr<const Image> pinnedPicture() {
    return std::make_shared<const Image>(Image{3, 2, 3, std::vector<std::uint8_t>(3 * 2 * 3, 200)});
}

// Three epochs of two steps, and a result.
inline void writeRun(const std::filesystem::path& folder, const Config& config, bool tensorBoard, bool probe = false) {
    std::filesystem::create_directories(folder);
    RunWriter writer(folder);
    writer.writeConfig(config);
    writer.writeEnvironment(R"({"dataset": "things", "class_names": ["a", "b & c", "d"], "native_width": 8,
        "native_height": 8, "channels": 3, "mean": [51, 102, 153], "deviation": [25.5, 51, 0], "device": "CPU <1>"})");
    if (tensorBoard) writer.startTensorBoard();
    for (std::int64_t i = 1; i <= 3; ++i) {
        writer.append(stepDone(2 * i - 1));
        writer.append(stepDone(2 * i));
        writer.append(epochDone(i));
        if (probe) writer.append(probeAfter(i, writer.nameProbe(pinnedPicture())));
    }
    RunFinished result;
    result.epochsDone = 3;
    result.bestEpoch = 3;
    result.bestValidationAccuracy = 0.1 * 3;
    result.tested = true;
    result.test = {1.25, 0.5, 0.75};
    result.seconds = 6;
    writer.writeResult(result);
}

// Lets such a run have ended otherwise.
inline void endAs(const std::filesystem::path& folder, StopReason reason, const std::string& explanation) {
    RunFinished result = *readRun(folder).result;
    result.reason = reason;
    result.explanation = explanation;
    run_files::writeResult(folder, result);
}

// With an event file and weights; its batch size differs from that of its preset, "first-steps".
inline void writeRunWithWeights(const std::filesystem::path& folder) {
    Config config = preset("first-steps").config;
    config.run.batchSize = 48;
    writeRun(folder, config, true);
    writeSafetensors(folder / "best.safetensors", weightsFor(config));
}

inline Config configWithHead(HeadType type, std::vector<std::int64_t> units) {
    Config config = preset("testing").config;
    config.head.type = type;
    config.head.units = std::move(units);
    return config;
}

// A test with a folder of its own for runs and for what is exported of them.
class ExportTest : public QObject {
protected:
    std::filesystem::path at(const std::string& name) const {
        return std::filesystem::path(m_home.path().toStdString()) / name;
    }

private:
    QTemporaryDir m_home;
};

}  // namespace vit::test
