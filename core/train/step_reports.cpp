// SPDX-License-Identifier: GPL-3.0-or-later
// Fills in the figures of a step.
#include "core/train/step_reports.h"

#include "core/device/torch_device.h"

#include <algorithm>

namespace vit {

StepReports::StepReports(const Config& config, std::int64_t trainingImages, const Throughput& throughput,
                         torch::Device device)
    : m_epochs(config.run.epochs),
      m_batchSize(config.run.batchSize),
      m_images(trainingImages),
      m_stepsPerEpoch((m_images + m_batchSize - 1) / m_batchSize),
      m_throughput(&throughput),
      m_device(device) {}

StepDone StepReports::describe(std::int64_t step, std::int64_t epoch, std::int64_t stepInEpoch,
                               double learningRate) const {
    StepDone done;
    done.step = step;
    done.epoch = epoch;
    done.stepInEpoch = stepInEpoch;
    done.stepsPerEpoch = m_stepsPerEpoch;
    done.learningRate = learningRate;
    return done;
}

void StepReports::measure(StepDone& done, const MetricSums& batch) const {
    const EpochMetrics mean = batch.mean();
    done.loss = mean.loss;
    done.accuracy = mean.accuracy;
    done.top5Accuracy = mean.top5Accuracy;
    done.imagesPerSecond = m_throughput->imagesPerSecond();
    done.elapsedSeconds = m_throughput->elapsedSeconds();
    const std::int64_t imagesDone = (done.epoch - 1) * m_images + std::min(done.stepInEpoch * m_batchSize, m_images);
    done.remainingSeconds = m_throughput->remainingSeconds(m_epochs * m_images - imagesDone, m_epochs - done.epoch + 1);
    done.memoryBytes = peakMemoryBytes(m_device);
}

}  // namespace vit
