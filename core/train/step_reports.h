// SPDX-License-Identifier: GPL-3.0-or-later
// What is told of a step.
#pragma once

#include "core/config/config.h"
#include "core/config/derived.h"
#include "core/events/event.h"
#include "core/events/metrics.h"
#include "core/train/throughput.h"

#include <torch/types.h>

#include <cstdint>

namespace vit {

// By a throughput that outlives it.
class StepReports {
public:
    StepReports(const Config& config, const ModelInput& input, std::int64_t trainingImages, const Throughput& throughput,
                torch::Device device);

    std::int64_t stepsPerEpoch() const { return m_stepsPerEpoch; }
    // Where the step stands; what is measured of it is not known yet.
    StepDone describe(std::int64_t step, std::int64_t epoch, std::int64_t stepInEpoch, double learningRate) const;
    // How good it was, how fast the run is, and how long it will take.
    void measure(StepDone& done, const MetricSums& batch) const;

private:
    Config m_config;
    ModelInput m_input;
    std::int64_t m_images;
    std::int64_t m_stepsPerEpoch;
    const Throughput* m_throughput;
    torch::Device m_device;

    // The images of the epochs after this one, counted by the work that one of this epoch is.
    std::int64_t laterImages(std::int64_t epoch) const;
};

}  // namespace vit
