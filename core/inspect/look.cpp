// SPDX-License-Identifier: GPL-3.0-or-later
// A forward pass that keeps what it makes, and a backward pass to what it kept.
#include "core/inspect/look.h"

#include "core/base/error.h"
#include "core/inspect/tensor_arrays.h"
#include "core/model/classifier.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>

namespace vit {

namespace {

// The picture's own [1, …] of each, side by side: […, …].
FloatArray stack(const std::vector<torch::Tensor>& parts) {
    std::vector<torch::Tensor> own;
    for (const torch::Tensor& part : parts) own.push_back(part.detach()[0]);
    return toArray(torch::stack(own));
}

Image toPicture(const torch::Tensor& pixels) {  // [C, S, S], of 0–255
    const torch::Tensor bytes =
        pixels.round().clamp(0, 255).permute({1, 2, 0}).to(torch::kCPU, torch::kUInt8).contiguous();  // [S, S, C]
    Image image{static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(2)), {}};
    const std::uint8_t* first = bytes.const_data_ptr<std::uint8_t>();
    image.pixels.assign(first, first + bytes.numel());
    return image;
}

void addGradients(Look& look, const ForwardTrace& trace, const LookWanted& wanted) {
    requireClass(*wanted.gradientsOf, trace.logits.size(1));
    std::vector<torch::Tensor> by;
    if (wanted.attention) by.insert(by.end(), trace.attention.begin(), trace.attention.end());
    if (wanted.tokens) {
        by.insert(by.end(), trace.tokens.begin(), trace.tokens.end());
        by.push_back(trace.normed);
    }
    if (by.empty()) return;
    // Not backward(): a run that is being trained keeps the gradients of its weights.
    std::vector<torch::Tensor> gradients = torch::autograd::grad({trace.logits[0][*wanted.gradientsOf]}, by);
    auto next = gradients.begin();
    const auto take = [&next](std::size_t count) {
        const std::vector<torch::Tensor> part(next, next + static_cast<std::ptrdiff_t>(count));
        next += static_cast<std::ptrdiff_t>(count);
        return stack(part);
    };
    if (wanted.attention) look.attentionGradients = take(trace.attention.size());
    if (wanted.tokens) {
        look.tokensGradients = take(trace.tokens.size());
        look.normedGradients = toArray((*next)[0]);
    }
}

}  // namespace

void requireClass(std::int64_t number, std::int64_t classes) {
    if (number >= 0 && number < classes) return;
    throw InvalidInput("The model has no class number " + std::to_string(number) + " but those from 0 to " +
                       std::to_string(classes - 1) + ".");
}

Look lookAt(Classifier& classifier, const Image& photo, const LookWanted& wanted) {
    const torch::Tensor input = classifier.prepare(photo);  // [1, C, S, S]
    Look look;
    look.input = toArray(input[0]);
    look.picture = toPicture(classifier.pipeline().restore(input)[0]);
    const torch::AutoGradMode gradients(wanted.gradientsOf.has_value());
    const ForwardTrace trace = classifier.network()->trace(input);
    look.logits = toArray(trace.logits[0]);
    if (wanted.attention) look.attention = stack(trace.attention);
    if (wanted.tokens) {
        look.tokens = stack(trace.tokens);
        look.normed = toArray(trace.normed[0]);
    }
    if (wanted.gradientsOf) addGradients(look, trace, wanted);
    return look;
}

}  // namespace vit
