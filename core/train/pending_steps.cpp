// SPDX-License-Identifier: GPL-3.0-or-later
// One copy from the device for many steps.
#include "core/train/pending_steps.h"

namespace vit {

namespace {

constexpr std::chrono::milliseconds kReadingInterval(40);  // 25 a second, as often as a window draws its curves
constexpr std::size_t kMostPending = 256;                  // bounds the work that a Stop waits for

}  // namespace

void PendingSteps::add(const StepDone& event, torch::Tensor metrics, std::int64_t images, torch::Tensor layers) {
    m_steps.push_back({event, {0, 0, 0, images}, std::move(layers)});
    m_metrics.push_back(std::move(metrics));
}

bool PendingSteps::due() const {
    return m_device.is_cpu() || m_steps.size() >= kMostPending ||
           std::chrono::steady_clock::now() - m_taken >= kReadingInterval;
}

std::vector<PendingSteps::Step> PendingSteps::take() {
    if (m_steps.empty()) return {};
    const torch::Tensor read = torch::stack(m_metrics).to(torch::kCPU);  // [steps, 3]
    const auto values = read.accessor<double, 2>();
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        MetricSums& sums = m_steps[i].sums;
        sums = {values[row][0], values[row][1], values[row][2], sums.images};
        if (m_steps[i].layers.defined()) m_steps[i].layers = m_steps[i].layers.to(torch::kCPU);
    }
    m_metrics.clear();
    m_taken = std::chrono::steady_clock::now();
    return std::exchange(m_steps, {});
}

}  // namespace vit
