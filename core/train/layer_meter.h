// SPDX-License-Identifier: GPL-3.0-or-later
// What the layers of a network do in a step of training: gradients, updates, activations, attention.
#pragma once

#include "core/events/event.h"
#include "core/model/classifier.h"

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

// Measures some of the steps and changes none: it reads gradients, copies the matrices before the update to see how far
// it moves them, and sends a few images of the batch through the plain layers. All of it stays on the device, where it
// is read together with the metrics of the steps.
class LayerMeter {
public:
    // The classifier outlives it. everySteps 0: no step is measured.
    LayerMeter(Classifier& classifier, std::int64_t everySteps);

    // Whether step number `step`, from 1, is measured: every so many, and at the beginning 1, 2, 4, 8, …. It goes by
    // the number alone, so that a run that was resumed has measured the same steps.
    bool isDue(std::int64_t step) const;

    // With the gradients of a step that is due, before its update.
    void beforeUpdate();
    // After it, with the step's prepared images: [layers, statistics], float64, as kLayerStatistics lists them.
    torch::Tensor afterUpdate(const torch::Tensor& images);

private:
    Classifier& m_classifier;
    std::int64_t m_everySteps;
    std::int64_t m_layers;
    std::vector<torch::Tensor> m_matrices;
    std::vector<std::int64_t> m_depthOf;  // the layer of each
    torch::Tensor m_depths;              // the same on the device, [matrices]
    std::vector<torch::Tensor> m_before; // the matrices, during an update
    torch::Tensor m_gradientNorms;       // [layers]; NaN where nothing learns

    torch::Tensor normsByLayer(const std::vector<torch::Tensor>& matrices) const;
    torch::Tensor updateRatios();
    void measureActivations(torch::Tensor& measured, const torch::Tensor& images);
};

// What afterUpdate() has measured, once it lies on the CPU.
std::vector<LayerStatistics> layerStatistics(const torch::Tensor& measured);

}  // namespace vit
