// SPDX-License-Identifier: GPL-3.0-or-later
// Mean and variance are made again in the backward pass: that is cheaper than to keep them.
#include "core/kernels/layer_norm.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/layer_norm.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

struct Moments {
    float mean;
    float inverseDeviation;
};

template <typename E>
HWY_INLINE Moments momentsOf(const E* row, const NormParameters& norm) {
    const FloatTag d;
    const auto width = static_cast<float>(norm.width);
    Floats sum = hn::Zero(d);
    forEachVector(norm.width, [&](std::size_t i, auto part) HWY_ATTR { sum = hn::Add(sum, load(row + i, part)); });
    const float mean = sumOf(sum) / width;
    const Floats center = hn::Set(d, mean);
    Floats squares = hn::Zero(d);
    forEachVector(norm.width, [&](std::size_t i, auto part) HWY_ATTR {
        const Floats deviation = within(hn::Sub(load(row + i, part), center), part, 0);
        squares = hn::MulAdd(deviation, deviation, squares);
    });
    return {mean, 1 / std::sqrt(sumOf(squares) / width + norm.epsilon)};
}

// Rows of `in` and `out` that lie as `extent` says.
template <typename In, typename Out>
HWY_INLINE void normalise(const In* in, const Extent& extent, const NormParameters& norm, Out* out) {
    const FloatTag d;
    for (std::size_t r = 0; r < extent.rows; ++r, in += extent.stride, out += extent.stride) {
        const Moments moments = momentsOf(in, norm);
        const Floats center = hn::Set(d, moments.mean);
        const Floats factor = hn::Set(d, moments.inverseDeviation);
        forEachVector(norm.width, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats normal = hn::Mul(hn::Sub(load(in + i, part), center), factor);
            store(hn::MulAdd(normal, load(norm.scale + i, part), load(norm.shift + i, part)), out + i, part);
        });
    }
}

// Calls finish(factor, change, place, part) for what is to become a part of the input's gradient, factor * change, at its
// place from the first row's beginning.
template <typename E, typename Finish>
HWY_INLINE void gradientOf(const E* in, const E* dOut, const Extent& extent, const NormParameters& norm, float* dScale,
                           float* dShift, const Finish& finish) {
    const FloatTag d;
    const auto width = static_cast<float>(norm.width);
    for (std::size_t r = 0; r < extent.rows; ++r) {
        const E* row = in + r * extent.stride;
        const E* dRow = dOut + r * extent.stride;
        const Moments moments = momentsOf(row, norm);
        const Floats center = hn::Set(d, moments.mean);
        const Floats factor = hn::Set(d, moments.inverseDeviation);
        Floats sum = hn::Zero(d);      // of the gradients of the normalised values
        Floats product = hn::Zero(d);  // of these and the normalised values
        forEachVector(norm.width, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats normal = hn::Mul(hn::Sub(load(row + i, part), center), factor);
            const Floats gradient = load(dRow + i, part);
            store(hn::MulAdd(gradient, normal, load(dScale + i, part)), dScale + i, part);
            store(hn::Add(gradient, load(dShift + i, part)), dShift + i, part);
            const Floats scaled = hn::Mul(gradient, load(norm.scale + i, part));
            sum = hn::Add(sum, scaled);
            product = hn::MulAdd(scaled, normal, product);
        });
        const Floats meanGradient = hn::Set(d, sumOf(sum) / width);
        const Floats meanProduct = hn::Set(d, sumOf(product) / width);
        forEachVector(norm.width, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats normal = hn::Mul(hn::Sub(load(row + i, part), center), factor);
            const Floats scaled = hn::Mul(load(dRow + i, part), load(norm.scale + i, part));
            const Floats change = hn::NegMulAdd(normal, meanProduct, hn::Sub(scaled, meanGradient));
            finish(factor, change, r * extent.stride + i, part);
        });
    }
}

template <typename E>
void forward(const float* in, std::size_t rows, const NormParameters& norm, E* out) {
    normalise(in, {rows, norm.width, norm.width}, norm, out);
}

void backward(const float* in, const float* dOut, std::size_t rows, const NormParameters& norm, float* dIn,
              float* dScale, float* dShift) {
    gradientOf(in, dOut, {rows, norm.width, norm.width}, norm, dScale, dShift,
               [&](Floats factor, Floats change, std::size_t place, auto part) HWY_ATTR {
                   store(hn::MulAdd(factor, change, load(dIn + place, part)), dIn + place, part);
               });
}

template <typename E>
void forwardApart(const E* in, const Extent& extent, const NormParameters& norm, E* out) {
    normalise(in, extent, norm, out);
}

template <typename E>
void backwardApart(const E* in, const Extent& extent, const NormParameters& norm, E* gradient, float* dScale,
                   float* dShift) {
    gradientOf(in, gradient, extent, norm, dScale, dShift,
               [&](Floats factor, Floats change, std::size_t place, auto part) HWY_ATTR {
                   store(hn::Mul(factor, change), gradient + place, part);
               });
}

LayerNormKernels<float> normOfFloats() { return {forward<float>, forwardApart<float>, backwardApart<float>}; }
LayerNormKernels<Bfloat16> normOfBfloat16s() {
    return {forward<Bfloat16>, forwardApart<Bfloat16>, backwardApart<Bfloat16>};
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(normOfFloats);
HWY_EXPORT(normOfBfloat16s);
HWY_EXPORT(backward);

template <>
LayerNormKernels<float> layerNormKernels() {
    return HWY_DYNAMIC_DISPATCH(normOfFloats)();
}
template <>
LayerNormKernels<Bfloat16> layerNormKernels() {
    return HWY_DYNAMIC_DISPATCH(normOfBfloat16s)();
}

void layerNormBackward(const float* in, const float* dOut, std::size_t rows, const NormParameters& norm, float* dIn,
                       float* dScale, float* dShift) {
    HWY_DYNAMIC_DISPATCH(backward)(in, dOut, rows, norm, dIn, dScale, dShift);
}

}  // namespace vit::kernels
#endif
