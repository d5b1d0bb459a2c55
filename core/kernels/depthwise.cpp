// SPDX-License-Identifier: GPL-3.0-or-later
// A vector of channels at a time goes over the whole grid, its nine weights and their gradients in registers.
#include "core/kernels/depthwise.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/depthwise.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

// Calls body(tap, place) for each of the nine neighbours of (row, column) within the grid, itself among them; `place` is
// its number.
template <typename Body>
HWY_INLINE void forNeighbours(std::size_t side, std::size_t row, std::size_t column, const Body& body) {
    for (std::size_t i = row == 0 ? 1 : 0; i < 3 && row + i <= side; ++i)
        for (std::size_t j = column == 0 ? 1 : 0; j < 3 && column + j <= side; ++j)
            body(3 * i + j, (row + i - 1) * side + column + j - 1);
}

// Nine vectors. Not an array, which not every instruction set allows of them; a struct's members are named.
struct Nine {
    Floats v0, v1, v2, v3, v4, v5, v6, v7, v8;

    template <typename Body>
    HWY_INLINE void forEach(const Body& body) {
        body(0, v0), body(1, v1), body(2, v2), body(3, v3), body(4, v4);
        body(5, v5), body(6, v6), body(7, v7), body(8, v8);
    }
};

template <typename P>
HWY_INLINE Nine loadNine(const float* from, std::size_t stride, P part) {
    Nine nine{};
    nine.forEach([&](std::size_t tap, Floats& v) HWY_ATTR { v = load(from + tap * stride, part); });
    return nine;
}

// The neighbours' sums of the tokens within the grid's border, where all nine are there, and of the others.
template <typename E, typename P>
void forwardOf(const E* in, const DepthwiseShape& shape, const float* weight, const float* bias, E* out, P part) {
    const std::size_t side = shape.side, width = shape.width;
    Nine taps = loadNine(weight, width, part);
    const Floats shift = load(bias, part);
    for (std::size_t row = 0; row < side; ++row) {
        for (std::size_t column = 0; column < side; ++column) {
            Floats sum = shift;
            if (row > 0 && row + 1 < side && column > 0 && column + 1 < side) {
                const E* corner = in + ((row - 1) * side + column - 1) * width;
                taps.forEach([&](std::size_t tap, Floats& w) HWY_ATTR {
                    sum = hn::MulAdd(w, load(corner + (tap / 3 * side + tap % 3) * width, part), sum);
                });
            } else {
                forNeighbours(side, row, column, [&](std::size_t tap, std::size_t place) HWY_ATTR {
                    sum = hn::MulAdd(load(weight + tap * width, part), load(in + place * width, part), sum);
                });
            }
            store(sum, out + (row * side + column) * width, part);
        }
    }
}

template <typename E, typename P>
void backwardOf(const E* in, const E* dOut, const DepthwiseShape& shape, const float* weight, E* dIn, float* dWeight,
                float* dBias, P part) {
    const std::size_t side = shape.side, width = shape.width;
    Nine taps = loadNine(weight, width, part);
    Nine sums = loadNine(dWeight, width, part);
    Floats biasSum = load(dBias, part);
    // What lies at the border is added up in memory, by taps of which some are missing.
    const auto atBorder = [&](std::size_t row, std::size_t column) HWY_ATTR {
        const std::size_t own = row * side + column;
        const Floats gradient = load(dOut + own * width, part);
        biasSum = hn::Add(biasSum, gradient);
        Floats sum = hn::Zero(FloatTag());
        forNeighbours(side, row, column, [&](std::size_t tap, std::size_t place) HWY_ATTR {
            float* total = dWeight + tap * width;
            store(hn::MulAdd(gradient, load(in + place * width, part), load(total, part)), total, part);
            // That neighbour's sum has this token at the opposite tap.
            sum = hn::MulAdd(load(weight + (8 - tap) * width, part), load(dOut + place * width, part), sum);
        });
        store(sum, dIn + own * width, part);
    };
    for (std::size_t row = 1; row + 1 < side; ++row) {
        for (std::size_t column = 1; column + 1 < side; ++column) {
            const std::size_t own = row * side + column;
            const Floats gradient = load(dOut + own * width, part);
            biasSum = hn::Add(biasSum, gradient);
            Floats sum = hn::Zero(FloatTag());
            const std::size_t corner = own - side - 1;
            sums.forEach([&](std::size_t tap, Floats& total) HWY_ATTR {
                total = hn::MulAdd(gradient, load(in + (corner + tap / 3 * side + tap % 3) * width, part), total);
            });
            taps.forEach([&](std::size_t tap, Floats& w) HWY_ATTR {
                const std::size_t opposite = 8 - tap;
                sum = hn::MulAdd(w, load(dOut + (corner + opposite / 3 * side + opposite % 3) * width, part), sum);
            });
            store(sum, dIn + own * width, part);
        }
    }
    sums.forEach([&](std::size_t tap, Floats& total) HWY_ATTR { store(total, dWeight + tap * width, part); });
    for (std::size_t i = 0; i < side; ++i) {
        atBorder(0, i);
        if (side > 1) atBorder(side - 1, i);
        if (i > 0 && i + 1 < side) {
            atBorder(i, 0);
            atBorder(i, side - 1);
        }
    }
    store(biasSum, dBias, part);
}

template <typename E>
void forward(const E* in, const DepthwiseShape& shape, const float* weight, const float* bias, E* out) {
    const std::size_t before = shape.others * shape.width;
    std::copy_n(in, before, out);
    forEachVector(shape.width, [&](std::size_t i, auto part) HWY_ATTR {
        forwardOf(in + before + i, shape, weight + i, bias + i, out + before + i, part);
    });
}

template <typename E>
void backward(const E* in, const E* dOut, const DepthwiseShape& shape, const float* weight, E* dIn, float* dWeight,
              float* dBias) {
    const std::size_t before = shape.others * shape.width;
    std::copy_n(dOut, before, dIn);
    forEachVector(shape.width, [&](std::size_t i, auto part) HWY_ATTR {
        backwardOf(in + before + i, dOut + before + i, shape, weight + i, dIn + before + i, dWeight + i, dBias + i, part);
    });
}

DepthwiseKernels<float> depthwiseOfFloats() { return {forward<float>, backward<float>}; }
DepthwiseKernels<Bfloat16> depthwiseOfBfloat16s() { return {forward<Bfloat16>, backward<Bfloat16>}; }

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(depthwiseOfFloats);
HWY_EXPORT(depthwiseOfBfloat16s);

template <>
DepthwiseKernels<float> depthwiseKernels() {
    return HWY_DYNAMIC_DISPATCH(depthwiseOfFloats)();
}
template <>
DepthwiseKernels<Bfloat16> depthwiseKernels() {
    return HWY_DYNAMIC_DISPATCH(depthwiseOfBfloat16s)();
}

}  // namespace vit::kernels
#endif
