// SPDX-License-Identifier: GPL-3.0-or-later
// Fills in the figures of a step.
#include "core/train/step_reports.h"

#include "core/device/torch_device.h"

#include <algorithm>
#include <cmath>

namespace vit {

StepReports::StepReports(const Config& config, const ModelInput& input, std::int64_t trainingImages,
                         const Throughput& throughput, torch::Device device)
    : m_config(config),
      m_input(input),
      m_images(trainingImages),
      m_stepsPerEpoch((m_images + config.run.batchSize - 1) / config.run.batchSize),
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
    const std::int64_t left = m_images - std::min(done.stepInEpoch * m_config.run.batchSize, m_images);
    done.remainingSeconds = m_throughput->remainingSeconds(left + laterImages(done.epoch),
                                                           m_config.run.epochs - done.epoch + 1);
    done.memoryBytes = peakMemoryBytes(m_device);
}

std::int64_t StepReports::laterImages(std::int64_t epoch) const {
    const std::int64_t epochs = m_config.run.epochs, images = (epochs - epoch) * m_images;
    if (m_config.optimizer.thaw == Thaw::Never || images <= 0) return images;
    const double now = trainingFlops(m_config, m_input, epoch, epoch);
    const double later = trainingFlops(m_config, m_input, epoch + 1, epochs);
    return now > 0 ? std::llround(static_cast<double>(images) * later / now) : images;
}

}  // namespace vit
