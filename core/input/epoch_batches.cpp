// SPDX-License-Identifier: GPL-3.0-or-later
// Two ways to the same batches: from the computer's memory, or from what lies on the device already.
#include "core/input/epoch_batches.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <thread>

namespace vit {

namespace {

bool aCoreIsFree() { return at::get_num_threads() < static_cast<int>(std::thread::hardware_concurrency()); }

}  // namespace

EpochBatches::EpochBatches(const BatchOrigin& origin, std::int64_t epoch, std::int64_t firstStep,
                           std::int64_t firstBatch)
    : m_origin(origin),
      m_firstStep(firstStep),
      m_next(firstBatch),
      m_firstBatch(firstBatch),
      m_order(epochOrder(origin.view.count(), static_cast<std::uint64_t>(origin.config.run.seed),
                         static_cast<std::uint64_t>(epoch))) {
    if (m_origin.resident != nullptr) {
        m_onDevice = copyPlan();
    } else if (m_origin.pipeline.device().is_cpu() && aCoreIsFree()) {
        m_source = std::make_unique<BatchSource>(batchCount() - firstBatch,
                                                 [this](std::int64_t i) { return make(m_firstBatch + i); });
    }
}

PreparedBatch EpochBatches::next() {
    if (m_source) return m_source->next();
    const std::int64_t batch = m_next++;
    return m_origin.resident != nullptr ? makeOnDevice(batch) : make(batch);
}

std::int64_t EpochBatches::batchCount() const {
    const std::int64_t size = m_origin.config.run.batchSize;
    return (static_cast<std::int64_t>(m_order.size()) + size - 1) / size;
}

std::span<const std::int64_t> EpochBatches::positionsOf(std::int64_t batch) const {
    const auto size = static_cast<std::size_t>(m_origin.config.run.batchSize);
    const std::size_t first = static_cast<std::size_t>(batch) * size;
    return std::span(m_order).subspan(first, std::min(size, m_order.size() - first));
}

std::vector<Augmentation> EpochBatches::augmentationsOf(std::int64_t batch) const {
    const auto step = static_cast<std::uint64_t>(m_firstStep + batch - m_firstBatch);
    const auto count = static_cast<std::int64_t>(positionsOf(batch).size());
    std::vector<Augmentation> drawn;
    for (std::int64_t i = 0; i < count; ++i)
        drawn.push_back(drawAugmentation(m_origin.config.augmentation,
                                         static_cast<std::uint64_t>(m_origin.config.run.seed), step, i));
    return drawn;
}

// The whole epoch's at once: a copy at each step would hold the queue up.
EpochBatches::OnDevice EpochBatches::copyPlan() const {
    std::vector<Augmentation> drawn;
    for (std::int64_t batch = m_firstBatch; batch < batchCount(); ++batch) {
        const std::vector<Augmentation> part = augmentationsOf(batch);
        drawn.insert(drawn.end(), part.begin(), part.end());
    }
    const torch::Device device = m_origin.pipeline.device();
    return {torch::tensor(m_order, torch::kInt64).to(device), tabulate(drawn, device)};
}

PreparedBatch EpochBatches::make(std::int64_t batch) const {
    const Batch stored = gather(m_origin.view, positionsOf(batch));
    const torch::Device device = m_origin.pipeline.device();
    return {augmentImages(m_origin.pipeline.prepare(stored.images), tabulate(augmentationsOf(batch), device)),
            stored.labels.to(device)};
}

PreparedBatch EpochBatches::makeOnDevice(std::int64_t batch) const {
    const auto count = static_cast<std::int64_t>(positionsOf(batch).size());
    const std::int64_t size = m_origin.config.run.batchSize;
    const Batch stored = m_origin.resident->gather(m_onDevice.order.narrow(0, batch * size, count));
    const AugmentationTable table = m_onDevice.augmentations.slice((batch - m_firstBatch) * size, count);
    return {augmentImages(m_origin.pipeline.prepare(stored.images), table), stored.labels};
}

}  // namespace vit
