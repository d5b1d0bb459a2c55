// SPDX-License-Identifier: GPL-3.0-or-later
// What an epoch's steps learn from, in its order: gathered, normalised, resized and augmented on the model's device.
#pragma once

#include "core/config/config.h"
#include "core/input/augmentation/augmentation.h"
#include "core/input/batch_source.h"
#include "core/input/input_pipeline.h"
#include "core/ranks/rank_slice.h"
#include "core/input/resident_images.h"

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vit {

// Where the images come from, and which of them are this rank's; outlives the batches.
struct BatchOrigin {
    const Config& config;
    const DatasetView& view;
    const InputPipeline& pipeline;
    const ResidentImages* resident = nullptr;  // the view's images on the pipeline's device; null: the view's own
    RankSlice slice = {};
};

// On a CPU with a core that the steps leave free, a thread of its own makes the next batch during the step. Where the steps
// have all cores, they make it together before the step: a thread beside them would hold up one of them, and thereby all.
// A GPU makes it in its queue before the step; images that have to be decoded first a thread of its own reads ahead. The
// batches are the same but for rounding.
class EpochBatches {
public:
    // epoch: from 1. firstStep: the number, in the run, of the step that learns from the epoch's batch `firstBatch`.
    EpochBatches(const BatchOrigin& origin, std::int64_t epoch, std::int64_t firstStep, std::int64_t firstBatch = 0);

    // To be called once for each of the epoch's batches from firstBatch on; gives this rank's part, which may be empty.
    PreparedBatch next();

private:
    // What batches begin … end - 1 need besides the images, on the device.
    struct Plan {
        std::int64_t begin = 0;
        std::int64_t end = 0;
        torch::Tensor order;  // int64, positions of the images that are loaded, one batch after the other
        DrawnNumbers drawn;
    };

    BatchOrigin m_origin;
    std::uint64_t m_epoch;
    std::int64_t m_firstStep;
    std::int64_t m_next;
    std::int64_t m_firstBatch;
    std::vector<std::int64_t> m_order;
    Plan m_plan;                            // empty unless the images are resident
    std::unique_ptr<BatchSource> m_source;  // last: its thread uses all else; null where next() reads them

    std::int64_t batchCount() const;
    std::int64_t sizeOf(std::int64_t batch) const;  // of all ranks
    std::uint64_t stepOf(std::int64_t batch) const {
        return static_cast<std::uint64_t>(m_firstStep + batch - m_firstBatch);
    }
    RankSlice::Part partOf(std::int64_t batch) const;
    // What is loaded of a batch: this rank's part of it and, where images are mixed and another rank has their
    // partners, these, in the order of the batch.
    std::vector<RankSlice::Part> loadedOf(std::int64_t batch) const;
    std::span<const std::int64_t> positionsOf(std::int64_t batch, const RankSlice::Part& part) const;
    std::vector<std::int64_t> positionsOf(std::int64_t batch) const;
    std::vector<BatchPlaces> placesOf(std::int64_t batch) const;
    Plan planFrom(std::int64_t batch) const;
    // Of what was loaded, augmented: this rank's part, mixed where that is wanted.
    PreparedBatch batchOf(std::int64_t batch, const torch::Tensor& images, const torch::Tensor& labels) const;
    bool onCpu() const { return m_origin.pipeline.device().is_cpu(); }
    PreparedBatch make(std::int64_t batch, int readers = 0) const;
    PreparedBatch prepared(std::int64_t batch, const Batch& stored) const;
    PreparedBatch makeOnDevice(std::int64_t batch);
};

}  // namespace vit
