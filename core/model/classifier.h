// SPDX-License-Identifier: GPL-3.0-or-later
// A network together with its input pipeline and class names: from stored images to metrics and predictions.
#pragma once

#include "core/config/config.h"
#include "core/data/data_description.h"
#include "core/data/dataset.h"
#include "core/events/metrics.h"
#include "core/events/prediction.h"
#include "core/input/input_pipeline.h"
#include "core/model/vision_transformer.h"
#include "core/ranks/rank_slice.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vit {

// Of one batch: [loss summed over the images, right, right within the first five], float64 [3] on the logits' device.
// As Keras counts: the arg max has the lowest index of a tie; an image is within the first five when fewer than five
// classes have a larger logit than its own.
torch::Tensor batchMetrics(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& meanLoss);

// Of logits [classes] on any device: the softmax's largest, in double precision, most probable first; ties by lower index.
std::vector<ClassProbability> mostProbable(const torch::Tensor& logits, const std::vector<std::string>& classNames,
                                           int count);

// Called between batches with images done and in all; returning false ends the evaluation with Cancelled.
using EvaluationProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

// The images of a view from position `first` on, and what the network says of them; both on the network's device.
struct EvaluatedBatch {
    std::int64_t first = 0;
    torch::Tensor labels;  // [B], int64
    torch::Tensor logits;  // [B, classes], float32
};

class Classifier {
public:
    // Fresh weights, drawn from config.run.seed. Throws InvalidInput when fused kernels are asked for and cannot run.
    Classifier(const Config& config, DataDescription description, torch::Device device, bool bfloat16 = false,
               KernelChoice kernels = KernelChoice::Auto);

    const Config& config() const { return m_config; }
    const DataDescription& description() const { return m_description; }
    VisionTransformer& network() { return m_network; }
    const InputPipeline& pipeline() const { return m_pipeline; }
    torch::Device device() const { return m_pipeline.device(); }
    bool bfloat16() const { return m_bfloat16; }
    const std::string& kernels() const { return m_kernels; }  // which run and why, in words

    // Logits [B, classes], float32, of prepared images; under bf16 autocast if so built.
    torch::Tensor logits(const torch::Tensor& prepared, const ForwardMode& mode);
    // So too in evaluation mode, of all views together.
    torch::Tensor logits(const torch::Tensor& prepared, TestViews views);

    // The whole view in evaluation mode, without gradients; of several ranks each its part of every batch, where one that
    // is empty is left out.
    void forEachBatch(const DatasetView& view, std::int64_t batchSize,
                      const std::function<void(const EvaluatedBatch&)>& visit, const EvaluationProgress& progress = {},
                      RankSlice slice = {}, TestViews views = TestViews::One);
    // `visitToo` sees each batch besides.
    MetricSums evaluate(const DatasetView& view, std::int64_t batchSize, const EvaluationProgress& progress = {},
                        RankSlice slice = {}, TestViews views = TestViews::One,
                        const std::function<void(const EvaluatedBatch&)>& visitToo = {});

    // A photo of any size as the network gets it, [1, C, S, S] on the device. Throws InvalidInput when it is empty.
    torch::Tensor prepare(const Image& photo) const;
    // In fp32, or as logits() computes, which takes half the time of a large model where the processor multiplies bf16; what
    // is rounded for that is kept for the next photo, so that no step of training may come between two.
    // Fills `top` and `milliseconds` of the prediction.
    Prediction predict(const Image& photo, int top, bool inFloat32 = true);

private:
    Config m_config;
    DataDescription m_description;
    InputPipeline m_pipeline;
    bool m_bfloat16;
    VisionTransformer m_network{nullptr};
    std::string m_kernels;
};

}  // namespace vit
