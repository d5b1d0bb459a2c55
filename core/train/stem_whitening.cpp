// SPDX-License-Identifier: GPL-3.0-or-later
// Sums over patches, and their principal components.
#include "core/train/stem_whitening.h"

#include "core/input/input_pipeline.h"

#include <torch/utils.h>

#include <algorithm>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kSampledImages = 1000;  // give deviations that are right to some 2 %, and photos take time to read
constexpr std::int64_t kAtOnce = 100;
constexpr std::int64_t kPlaces = 32;  // about so many patches along an image's side: larger images tell no more of theirs
constexpr double kEpsilon = 5e-4;     // below it lies what images hardly have, and nobody wants enlarged

// Of the two signs that an eigenvector may come with, one. The weights fall, so that no symmetry of a filter makes the sum
// nothing but rounding.
torch::Tensor withOneSign(const torch::Tensor& vectors) {  // [P, P], in columns
    const torch::Tensor weights = torch::arange(1, vectors.size(0) + 1, vectors.options()).reciprocal();
    return torch::where(weights.matmul(vectors).lt(0), -vectors, vectors);
}

}  // namespace

void PatchCovariance::add(const torch::Tensor& images, std::int64_t stride) {
    const torch::Tensor patches = images.to(torch::kCPU, torch::kFloat64)
                                      .unfold(2, 3, stride)
                                      .unfold(3, 3, stride)          // [B, C, places, places, 3, 3]
                                      .permute({0, 2, 3, 4, 5, 1})
                                      .flatten(3)
                                      .flatten(0, 2);                // [patches, P]
    const torch::Tensor sum = patches.sum(0), products = patches.t().matmul(patches);
    m_sum = m_sum.defined() ? m_sum + sum : sum;
    m_products = m_products.defined() ? m_products + products : products;
    m_patches += patches.size(0);
}

torch::Tensor PatchCovariance::value() const {
    const auto count = static_cast<double>(m_patches);
    const torch::Tensor mean = m_sum / count;
    return m_products / count - mean.outer(mean);
}

torch::Tensor whiteningFilters(const torch::Tensor& covariance) {
    const auto [values, vectors] = at::linalg_eigh(covariance);  // from the smallest on
    const torch::Tensor deviations = (values.clamp_min(0) + kEpsilon).sqrt();
    const torch::Tensor filters = (withOneSign(vectors) / deviations).t().flip(0);  // [P, P]
    return torch::stack({filters, -filters}, 1).flatten(0, 1).to(torch::kFloat32);
}

void whitenStem(Classifier& classifier, const DatasetView& train, const std::function<void(const Event&)>& emit) {
    const torch::NoGradGuard noGrad;
    const char* const what = "Measuring patches for the stem";
    const std::int64_t count = std::min(kSampledImages, train.count());
    const std::int64_t stride = std::max<std::int64_t>(1, classifier.config().model.imageSize / kPlaces);
    PatchCovariance covariance;
    for (std::int64_t begin = 0; begin < count; begin += kAtOnce) {
        emit(PhaseChanged{what, begin, count});
        std::vector<std::int64_t> positions;
        for (std::int64_t i = begin; i < std::min(begin + kAtOnce, count); ++i)
            positions.push_back(i * train.count() / count);
        covariance.add(classifier.pipeline().prepare(gather(train, positions).images), stride);
    }
    emit(PhaseChanged{what, count, count});
    const torch::Tensor filters = whiteningFilters(covariance.value());
    const torch::Tensor& kernel = classifier.network()->stem->convolutions.front()->weight;
    const std::int64_t taken = std::min(filters.size(0), kernel.size(0));
    kernel.narrow(0, 0, taken).copy_(filters.narrow(0, 0, taken));
}

}  // namespace vit
