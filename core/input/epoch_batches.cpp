// SPDX-License-Identifier: GPL-3.0-or-later
// Two ways to the same batches: from the computer's memory, or from what lies on the device already.
#include "core/input/epoch_batches.h"

#include "core/input/batch_mix.h"
#include "core/input/queued_copy.h"
#include "core/input/shown_order.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <thread>

namespace vit {

namespace {

int cores() { return static_cast<int>(std::thread::hardware_concurrency()); }

int freeCores() { return cores() - at::get_num_threads(); }

}  // namespace

EpochBatches::EpochBatches(const BatchOrigin& origin, std::int64_t epoch, std::int64_t firstStep,
                           std::int64_t firstBatch)
    : m_origin(origin),
      m_epoch(static_cast<std::uint64_t>(epoch)),
      m_firstStep(firstStep),
      m_next(firstBatch),
      m_firstBatch(firstBatch),
      m_order(shownOrder(origin.view, origin.config, m_epoch)) {
    if (m_origin.resident != nullptr) return;
    const std::int64_t count = batchCount() - firstBatch;
    if (onCpu()) {
        if (const int free = freeCores(); free > 0)
            m_source = std::make_unique<BatchSource>(
                count, [this, free](std::int64_t i) { return make(m_firstBatch + i, free); });
    } else if (!std::ranges::all_of(m_order, [&](std::int64_t i) { return origin.view.isAtHand(i); })) {
        m_source = std::make_unique<BatchSource>(count, [this](std::int64_t i) {
            Batch read = gather(m_origin.view, positionsOf(m_firstBatch + i), std::max(1, cores() - 1));
            return PreparedBatch{std::move(read.images), std::move(read.labels)};
        });
    }
}

PreparedBatch EpochBatches::next() {
    if (m_source && onCpu()) return m_source->next();
    const std::int64_t batch = m_next++;
    if (m_origin.resident != nullptr) return makeOnDevice(batch);
    if (!m_source) return make(batch);
    const PreparedBatch read = m_source->next();
    return prepared(batch, {read.images, read.labels});
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

std::vector<RankSlice::Part> EpochBatches::loadedOf(std::int64_t batch) const {
    const RankSlice::Part own = partOf(batch);
    if (!mixes(m_origin.config.loss) || own.count == sizeOf(batch)) return {own};
    return {own, {sizeOf(batch) - own.first - own.count, own.count}};
}

std::span<const std::int64_t> EpochBatches::positionsOf(std::int64_t batch, const RankSlice::Part& part) const {
    return std::span(m_order).subspan(static_cast<std::size_t>(batch * m_origin.config.run.batchSize + part.first),
                                      static_cast<std::size_t>(part.count));
}

std::vector<std::int64_t> EpochBatches::positionsOf(std::int64_t batch) const {
    std::vector<std::int64_t> all;
    for (const RankSlice::Part& part : loadedOf(batch)) {
        const std::span<const std::int64_t> positions = positionsOf(batch, part);
        all.insert(all.end(), positions.begin(), positions.end());
    }
    return all;
}

std::vector<BatchPlaces> EpochBatches::placesOf(std::int64_t batch) const {
    std::vector<BatchPlaces> places;
    for (const RankSlice::Part& part : loadedOf(batch)) {
        places.push_back({static_cast<std::uint64_t>(m_origin.config.run.seed), stepOf(batch), part.first, part.count,
                          m_epoch, positionsOf(batch, part), batch * m_origin.config.run.batchSize,
                          m_origin.config.augmentation.repeats});
    }
    return places;
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
        const std::vector<std::int64_t> positions = positionsOf(i);
        order.insert(order.end(), positions.begin(), positions.end());
        const std::vector<BatchPlaces> own = placesOf(i);
        places.insert(places.end(), own.begin(), own.end());
    }
    const torch::Device device = m_origin.pipeline.device();
    plan.order = queuedCopy(torch::tensor(order, torch::kInt64), device);
    plan.drawn = copyTo(drawNumbers(m_origin.config.augmentation, places), device);
    return plan;
}

PreparedBatch EpochBatches::make(std::int64_t batch, int readers) const {
    return prepared(batch, gather(m_origin.view, positionsOf(batch), readers));
}

PreparedBatch EpochBatches::prepared(std::int64_t batch, const Batch& stored) const {
    const torch::Device device = m_origin.pipeline.device();
    const DrawnNumbers drawn = copyTo(drawNumbers(m_origin.config.augmentation, placesOf(batch)), device);
    const InputPipeline& pipeline = m_origin.pipeline;
    return batchOf(batch, augment(pipeline.prepare(stored.images), drawn, augmentations(), pipeline.scale()),
                   stored.labels.to(device));
}

PreparedBatch EpochBatches::batchOf(std::int64_t batch, const torch::Tensor& images,
                                    const torch::Tensor& labels) const {
    const Config& config = m_origin.config;
    const RankSlice::Part own = partOf(batch);
    if (!mixes(config.loss)) return {images, labels, own.first, sizeOf(batch)};
    const BatchMix mix =
        drawMix(config.loss, static_cast<std::uint64_t>(config.run.seed), stepOf(batch), {images.size(2), images.size(3)});
    const auto ownOf = [&](const torch::Tensor& loaded) { return loaded.narrow(0, 0, own.count); };
    const auto partnersOf = [&](const torch::Tensor& loaded) {  // the last ones, or the only ones
        return loaded.narrow(0, loaded.size(0) - own.count, own.count).flip(0);
    };
    return {mixedImages(mix, ownOf(images), partnersOf(images)),
            mixedTargets(mix, ownOf(labels), partnersOf(labels), m_origin.view.dataset().classes()), own.first,
            sizeOf(batch)};
}

PreparedBatch EpochBatches::makeOnDevice(std::int64_t batch) {
    if (batch >= m_plan.end) m_plan = planFrom(batch);
    const auto count = static_cast<std::int64_t>(positionsOf(batch).size());
    // Only an epoch's last batch is smaller than those before it.
    const std::int64_t first =
        (batch - m_plan.begin) * static_cast<std::int64_t>(positionsOf(m_plan.begin).size());
    const Batch stored = m_origin.resident->gather(m_plan.order.narrow(0, first, count));
    const InputPipeline& pipeline = m_origin.pipeline;
    return batchOf(batch, augment(pipeline.prepare(stored.images), narrow(m_plan.drawn, first, count), augmentations(),
                                  pipeline.scale()), stored.labels);
}

}  // namespace vit
