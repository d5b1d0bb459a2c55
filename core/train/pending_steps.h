// SPDX-License-Identifier: GPL-3.0-or-later
// Steps whose metrics the device may still be computing.
#pragma once

#include "core/events/event.h"
#include "core/events/metrics.h"

#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace vit {

// Reading a number from a GPU waits for all it was told to do. So the steps' metrics stay there for about as long as a
// plot stays as it is, and are read together. On the CPU each step is due at once.
class PendingSteps {
public:
    struct Step {
        StepDone event;  // without what is measured
        MetricSums sums;
        torch::Tensor layers;  // undefined if they were not measured
    };

    explicit PendingSteps(torch::Device device) : m_device(device) {}

    // metrics: as batchMetrics() gives them, of `images` images. layers: as LayerMeter gives them, or undefined.
    void add(const StepDone& event, torch::Tensor metrics, std::int64_t images, torch::Tensor layers = {});
    bool empty() const { return m_steps.empty(); }
    bool due() const;
    // All that were added since the last call, in their order; waits for the device.
    std::vector<Step> take();

private:
    torch::Device m_device;
    std::vector<Step> m_steps;
    std::vector<torch::Tensor> m_metrics;
    std::chrono::steady_clock::time_point m_taken = std::chrono::steady_clock::now();
};

}  // namespace vit
