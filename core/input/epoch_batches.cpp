// SPDX-License-Identifier: GPL-3.0-or-later
// Two ways to the same batches: from the computer's memory, or from what lies on the device already.
#include "core/input/epoch_batches.h"

#include "core/input/queued_copy.h"

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
    if (m_origin.resident == nullptr && m_origin.pipeline.device().is_cpu() && aCoreIsFree()) {
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

std::int64_t EpochBatches::sizeOf(std::int64_t batch) const {
    const std::int64_t size = m_origin.config.run.batchSize;
    return std::min(size, static_cast<std::int64_t>(m_order.size()) - batch * size);
}

RankSlice::Part EpochBatches::partOf(std::int64_t batch) const {
    return m_origin.slice.of(sizeOf(batch));
}

std::span<const std::int64_t> EpochBatches::positionsOf(std::int64_t batch) const {
    const RankSlice::Part part = partOf(batch);
    return std::span(m_order).subspan(static_cast<std::size_t>(batch * m_origin.config.run.batchSize + part.first),
                                      static_cast<std::size_t>(part.count));
}

BatchPlaces EpochBatches::placesOf(std::int64_t batch) const {
    const RankSlice::Part part = partOf(batch);
    return {static_cast<std::uint64_t>(m_origin.config.run.seed),
            static_cast<std::uint64_t>(m_firstStep + batch - m_firstBatch), part.first, part.count};
}

// For many steps at once, as each copy has its price, but not for the epoch, whose numbers would take more memory the
// more images there are.
EpochBatches::Plan EpochBatches::planFrom(std::int64_t batch) const {
    constexpr std::int64_t kImages = 1 << 14;
    const std::int64_t batches = std::max<std::int64_t>(1, kImages / m_origin.config.run.batchSize);
    Plan plan{batch, std::min(batch + batches, batchCount()), {}, {}};
    std::vector<std::int64_t> order;
    std::vector<BatchPlaces> places;
    for (std::int64_t i = plan.begin; i < plan.end; ++i) {
        const std::span<const std::int64_t> positions = positionsOf(i);
        order.insert(order.end(), positions.begin(), positions.end());
        places.push_back(placesOf(i));
    }
    const torch::Device device = m_origin.pipeline.device();
    plan.order = queuedCopy(torch::tensor(order, torch::kInt64), device);
    plan.drawn = copyTo(drawNumbers(m_origin.config.augmentation, places), device);
    return plan;
}

PreparedBatch EpochBatches::make(std::int64_t batch) const {
    const Batch stored = gather(m_origin.view, positionsOf(batch));
    const torch::Device device = m_origin.pipeline.device();
    const BatchPlaces places = placesOf(batch);
    const DrawnNumbers drawn = drawNumbers(m_origin.config.augmentation, {&places, 1});
    return {augment(m_origin.pipeline.prepare(stored.images), copyTo(drawn, device)), stored.labels.to(device),
            places.first, sizeOf(batch)};
}

PreparedBatch EpochBatches::makeOnDevice(std::int64_t batch) {
    if (batch >= m_plan.end) m_plan = planFrom(batch);
    const RankSlice::Part part = partOf(batch);
    // Only an epoch's last batch is smaller than those before it.
    const std::int64_t first = (batch - m_plan.begin) * m_origin.slice.of(m_origin.config.run.batchSize).count;
    const Batch stored = m_origin.resident->gather(m_plan.order.narrow(0, first, part.count));
    return {augment(m_origin.pipeline.prepare(stored.images), narrow(m_plan.drawn, first, part.count)), stored.labels,
            part.first, sizeOf(batch)};
}

}  // namespace vit
