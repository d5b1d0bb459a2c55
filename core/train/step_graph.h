// SPDX-License-Identifier: GPL-3.0-or-later
// The hundreds of kernels of a step as one CUDA graph, which the driver starts at once.
#pragma once

#include "core/input/batch_source.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <memory>

namespace vit {

class StepGraph {
public:
    // Makes gradients of the batch and returns its metrics; reads nothing back from the device.
    using Work = std::function<torch::Tensor(const PreparedBatch&)>;

    // Whether this build can record on that device: the CUDA toolkit's headers were there.
    static bool isPossible(torch::Device device);

    // Runs `work` a few times for what is only set up once, then records it. Weights stay as they are. Throws
    // c10::Error if something in it cannot be recorded.
    StepGraph(const torch::nn::Module& network, const PreparedBatch& example, const Work& work);
    ~StepGraph();

    // Does the same for a batch of the same shapes: fills the parameters' gradients, returns the metrics.
    torch::Tensor replay(const PreparedBatch& batch);

private:
    struct Recording;
    std::unique_ptr<Recording> m_recording;
};

}  // namespace vit
