// SPDX-License-Identifier: GPL-3.0-or-later
// A row of scores is short enough to stay in the nearest cache over its three passes.
#include "core/kernels/softmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/softmax.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

// Turns a row into the exponentials of its scaled distances from the largest element, and gives their sum.
HWY_INLINE float exponentials(float* row, std::size_t count, float scale) {
    const FloatTag d;
    Floats largest = hn::Set(d, kLowest);
    forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
        largest = hn::Max(largest, within(load(row + i, part), part, kLowest));
    });
    const Floats top = hn::Set(d, largestOf(largest) * scale);
    Floats sum = hn::Zero(d);
    forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
        const Floats e = exponential(hn::MulSub(load(row + i, part), hn::Set(d, scale), top));
        store(e, row + i, part);
        sum = hn::Add(sum, within(e, part, 0));
    });
    return sumOf(sum);
}

template <typename E>
void forward(float* scores, const WeightShape& shape, const KeepBits& bits, E* weights, E* dropped) {
    const FloatTag d;
    for (std::size_t r = 0; r < shape.rows; ++r) {
        float* row = scores + r * shape.stride;
        const Floats norm = hn::Set(d, 1 / exponentials(row, shape.columns, shape.scale));
        E* outRow = weights + r * shape.stride;
        if (bits.all()) {
            forEachVector(shape.columns, [&](std::size_t i, auto part) HWY_ATTR {
                store(hn::Mul(load(row + i, part), norm), outRow + i, part);
            });
            continue;
        }
        const KeepBits rowBits = bits.from(r * shape.columns);
        forEachVector(shape.columns, [&](std::size_t i, auto part) HWY_ATTR {
            const FloatMask kept = keptLanes(rowBits, i);
            const Floats weight = hn::Mul(load(row + i, part), norm);
            store(hn::IfThenElse(kept, weight, hn::Neg(weight)), outRow + i, part);
            const Floats scaled = hn::Mul(weight, hn::Set(d, shape.factor));
            store(hn::IfThenElseZero(kept, scaled), dropped + r * shape.stride + i, part);
        });
    }
}

template <typename E>
void backward(const E* weights, const float* dDropped, const WeightShape& shape, bool drops, E* dScores, E* dropped) {
    const FloatTag d;
    const Floats zero = hn::Zero(d);
    const Floats factor = hn::Set(d, shape.factor);
    const Floats scale = hn::Set(d, shape.scale);
    for (std::size_t r = 0; r < shape.rows; ++r) {
        const std::size_t first = r * shape.stride;
        Floats sum = zero;  // of the dropped weights times their gradients
        forEachVector(shape.columns, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats kept = hn::Mul(hn::Max(zero, load(weights + first + i, part)), factor);
            if (drops) store(kept, dropped + first + i, part);
            sum = hn::MulAdd(kept, load(dDropped + first + i, part), sum);
        });
        const Floats total = hn::Set(d, sumOf(sum));
        forEachVector(shape.columns, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats weight = load(weights + first + i, part);
            const Floats kept = hn::Mul(hn::Max(zero, weight), factor);
            const Floats change = hn::NegMulAdd(hn::Abs(weight), total,
                                                hn::Mul(kept, load(dDropped + first + i, part)));
            store(hn::Mul(change, scale), dScores + first + i, part);
        });
    }
}

SoftmaxKernels<float> softmaxOfFloats() { return {forward<float>, backward<float>}; }
SoftmaxKernels<Bfloat16> softmaxOfBfloat16s() { return {forward<Bfloat16>, backward<Bfloat16>}; }

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(softmaxOfFloats);
HWY_EXPORT(softmaxOfBfloat16s);

template <>
SoftmaxKernels<float> softmaxKernels() {
    return HWY_DYNAMIC_DISPATCH(softmaxOfFloats)();
}
template <>
SoftmaxKernels<Bfloat16> softmaxKernels() {
    return HWY_DYNAMIC_DISPATCH(softmaxOfBfloat16s)();
}

}  // namespace vit::kernels
#endif
