// SPDX-License-Identifier: GPL-3.0-or-later
// A model that can be asked: the one in training, or one opened from a run's folder. The one holder of a model, behind a
// border without tensors.
#pragma once

#include "core/config/config.h"
#include "core/data/data_description.h"
#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "core/events/metrics.h"
#include "core/events/prediction.h"
#include "core/inspect/look.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vit {

struct EvaluationResult {
    std::int64_t images = 0;
    EpochMetrics metrics;
    double seconds = 0;
};

// Some images of a view, one after the other from its position `first` on, and what the model says of them.
struct BatchView {
    std::int64_t first = 0;
    std::span<const std::int64_t> labels;  // [B]
    std::span<const float> logits;         // [B, classes]
};

// Not thread-safe: one caller at a time.
class LoadedModel {
public:
    // Whose answers these are.
    struct State {
        std::string name;  // the run's
        std::int64_t epoch = 0;
        std::int64_t step = 0;
        bool training = false;
    };

    // The best weights of a run, or those that it has kept of an epoch; views are computed in `precision`, photos in fp32
    // unless predict() is told otherwise. Throws Error or InvalidInput if the folder holds none, if they do not fit, or if
    // the device is not there.
    static LoadedModel open(const std::filesystem::path& runFolder, DeviceChoice device = DeviceChoice::Cpu,
                            Precision precision = Precision::Float32, std::int64_t epoch = 0);
    LoadedModel(std::shared_ptr<Classifier> classifier, State state);

    State& state() { return m_state; }
    const State& state() const { return m_state; }
    const Config& config() const;
    const DataDescription& description() const;
    const std::vector<std::string>& classNames() const { return description().classNames; }
    Dataset::Shape nativeShape() const { return description().nativeShape; }
    Classifier& classifier() { return *m_classifier; }  // for those who know tensors

    // A photo of any size: its most probable classes, in fp32 as all that is looked at, or as views are computed. Throws
    // InvalidInput when it is empty.
    Prediction predict(const Image& photo, int top = 5, bool inFloat32 = true);
    Look look(const Image& photo, const LookWanted& wanted = {});

    // Called between batches with images done and in all; false ends it with Cancelled.
    using Progress = std::function<bool(std::int64_t done, std::int64_t total)>;
    // The whole view, a batch after the other. Throws InvalidInput when its classes are not the model's.
    void forEachBatch(const DatasetView& view, const std::function<void(const BatchView&)>& visit,
                      const Progress& progress = {});
    EvaluationResult evaluate(const DatasetView& view, const Progress& progress = {});
    // In which the two see the images of a split: those of the test set as run.test_views wants it.
    TestViews viewsOf(Split split) const;

private:
    std::shared_ptr<Classifier> m_classifier;
    State m_state;

    void requireSameClasses(const DatasetView& view) const;
};

}  // namespace vit
