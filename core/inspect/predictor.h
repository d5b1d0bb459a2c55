// SPDX-License-Identifier: GPL-3.0-or-later
// A trained model opened from its run folder, ready to look at pictures.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "core/events/metrics.h"
#include "core/events/prediction.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vit {

struct EvaluationResult {
    std::int64_t images = 0;
    EpochMetrics metrics;
    double seconds = 0;
};

// Not thread-safe: one caller at a time.
class Predictor {
public:
    // The best weights of a run; evaluate() computes in `precision`, predict() in fp32. Throws Error if the folder holds
    // none or they do not fit the configuration, InvalidInput when the device is not there.
    static Predictor open(const std::filesystem::path& runFolder, DeviceChoice device = DeviceChoice::Cpu,
                          Precision precision = Precision::Float32);
    Predictor(Predictor&&) noexcept;
    Predictor& operator=(Predictor&&) noexcept;
    ~Predictor();

    const Config& config() const;
    const std::vector<std::string>& classNames() const;
    Dataset::Shape nativeShape()
        const;  // of the training images: a photo is brought to it first, then to the input size

    Prediction predict(const Image& image, int top = 5);
    // `progress`, if given, is told of the images done and of all; false ends it with Cancelled.
    EvaluationResult evaluate(const DatasetView& view,
                              const std::function<bool(std::int64_t, std::int64_t)>& progress = {});

private:
    struct Impl;
    explicit Predictor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace vit
