// SPDX-License-Identifier: GPL-3.0-or-later
// Enough independent sums to keep every multiplying unit busy; the best of a few runs, as others use the CPU too.
#include "core/kernels/peak.h"

#include "core/kernels/amx.h"
#include "core/kernels/support.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/peak.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

constexpr int kSums = 12;

// Operations of `rounds` rounds; the result depends on all of them, so that none can be left out.
double multiplyAndAdd(std::int64_t rounds, float* result) {
    const FloatTag d;
    const Floats factor = hn::Set(d, 0.999F);
    const Floats term = hn::Set(d, 1e-3F);
    Floats sums[kSums];
    for (int i = 0; i < kSums; ++i) sums[i] = hn::Set(d, static_cast<float>(i));
    for (std::int64_t round = 0; round < rounds; ++round)
        for (Floats& sum : sums) sum = hn::MulAdd(sum, factor, term);
    Floats total = hn::Zero(d);
    for (const Floats& sum : sums) total = hn::Add(total, sum);
    *result = sumOf(total);
    return 2.0 * kSums * static_cast<double>(hn::Lanes(d)) * static_cast<double>(rounds);
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(multiplyAndAdd);

namespace {

// The best rate of work(rounds), which says how many operations it has done.
template <typename Work>
double bestRate(const Work& work) {
    constexpr int kRuns = 8;
    constexpr std::int64_t kRounds = 200'000;
    double best = 0;
    for (int run = 0; run < kRuns; ++run) {
        const auto start = std::chrono::steady_clock::now();
        const double operations = work(kRounds);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        best = std::max(best, operations / seconds.count());
    }
    return best;
}

}  // namespace

double measurePeak(Arithmetic arithmetic) {
    volatile float sink = 0;
    if (arithmetic == Arithmetic::Float32) {
        return bestRate([&](std::int64_t rounds) {
            float result = 0;
            const double operations = HWY_DYNAMIC_DISPATCH(multiplyAndAdd)(rounds, &result);
            sink = result;
            return operations;
        });
    }
    switch (support().set) {
        case InstructionSet::Amx: return bestRate([](std::int64_t rounds) { return amxOperations(rounds / 16); });
        case InstructionSet::Avx512Bfloat16:
            return bestRate([](std::int64_t rounds) { return pairOperations(rounds); });
        default: return 0;
    }
}

}  // namespace vit::kernels
#endif
