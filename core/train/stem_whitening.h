// SPDX-License-Identifier: GPL-3.0-or-later
// What model.stem_whitening begins with: filters that whiten the training images, as tysam-code's "hlb-CIFAR10" (2023) and
// Jordan's "94% on CIFAR-10 in 3.29 seconds on a single GPU" (2024) make them.
#pragma once

#include "core/data/dataset.h"
#include "core/events/event.h"
#include "core/model/classifier.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace vit {

// The covariance of images' 3×3 patches, added up in double precision; P = 3 * 3 * C numbers a patch, in the order of the
// stem's kernels: row, column, channel.
class PatchCovariance {
public:
    // Patches that lie wholly within the images [B, C, S, S], S of 3 or more, `stride` pixels apart from each other.
    void add(const torch::Tensor& images, std::int64_t stride = 1);
    // [P, P]; of one image or more.
    torch::Tensor value() const;

private:
    torch::Tensor m_sum;       // [P]
    torch::Tensor m_products;  // [P, P]
    std::int64_t m_patches = 0;
};

// [2 * P, P], fp32: each eigenvector v of the covariance [P, P] as v / sqrt(its eigenvalue + 0.0005), Jordan's constant, and
// as the negative of that; those of the largest eigenvalues first.
torch::Tensor whiteningFilters(const torch::Tensor& covariance);

// Makes them the first filters of the stem's first convolution, or as many as it has. Of the training images, as the model
// gets them and unaugmented, up to 1,000 are looked at, evenly spaced. Throws Error if one cannot be read.
void whitenStem(Classifier& classifier, const DatasetView& train, const std::function<void(const Event&)>& emit);

}  // namespace vit
