// SPDX-License-Identifier: GPL-3.0-or-later
// What the vector kernels share: whole and partial vectors of floats from fp32 or bf16 memory, and the exponential.
// Highway compiles the files that include this one once for each instruction set.
#if defined(VIT_KERNELS_VECTORS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef VIT_KERNELS_VECTORS_H
#undef VIT_KERNELS_VECTORS_H
#else
#define VIT_KERNELS_VECTORS_H
#endif

#include "core/kernels/bfloat16.h"
#include "core/kernels/keep_bits.h"

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using Floats = hn::Vec<FloatTag>;
using FloatMask = hn::Mask<FloatTag>;
using WordTag = hn::RebindToUnsigned<FloatTag>;
using HalfTag = hn::Rebind<std::uint16_t, FloatTag>;

// How much of a vector is meant: all of it, or its first `count` lanes.
struct Whole {};
struct Part {
    std::size_t count;
};

// Calls body(i, Whole) for each whole vector of [0, count), then body(i, Part) for what is left.
template <typename Body>
HWY_INLINE void forEachVector(std::size_t count, const Body& body) {
    const std::size_t lanes = hn::Lanes(FloatTag());
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) body(i, Whole{});
    if (i < count) body(i, Part{count - i});
}

HWY_INLINE Floats load(const float* from, Whole) { return hn::LoadU(FloatTag(), from); }
HWY_INLINE Floats load(const float* from, Part part) {
    return hn::MaskedLoad(hn::FirstN(FloatTag(), part.count), FloatTag(), from);  // 0 in the other lanes
}
HWY_INLINE void store(Floats value, float* to, Whole) { hn::StoreU(value, FloatTag(), to); }
HWY_INLINE void store(Floats value, float* to, Part part) {
    hn::BlendedStore(value, hn::FirstN(FloatTag(), part.count), FloatTag(), to);
}

HWY_INLINE Floats widened(hn::Vec<HalfTag> halves) {
    return hn::BitCast(FloatTag(), hn::ShiftLeft<16>(hn::PromoteTo(WordTag(), halves)));
}
// To the nearest, ties to even.
HWY_INLINE hn::Vec<HalfTag> narrowed(Floats value) {
    const WordTag words;
    const auto bits = hn::BitCast(words, value);
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1));
    const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(words, 0x7FFF)));
    return hn::TruncateTo(HalfTag(), hn::ShiftRight<16>(rounded));
}
HWY_INLINE Floats load(const Bfloat16* from, Whole) {
    return widened(hn::LoadU(HalfTag(), reinterpret_cast<const std::uint16_t*>(from)));
}
HWY_INLINE void store(Floats value, Bfloat16* to, Whole) {
    hn::StoreU(narrowed(value), HalfTag(), reinterpret_cast<std::uint16_t*>(to));
}
// Not by masks: some instruction sets have none for 16 bits and would touch what lies behind.
HWY_INLINE Floats load(const Bfloat16* from, Part part) {
    alignas(64) std::uint16_t all[HWY_MAX_BYTES / sizeof(std::uint16_t)] = {};
    std::memcpy(all, from, part.count * sizeof(std::uint16_t));
    return widened(hn::Load(HalfTag(), all));
}
HWY_INLINE void store(Floats value, Bfloat16* to, Part part) {
    alignas(64) std::uint16_t all[HWY_MAX_BYTES / sizeof(std::uint16_t)];
    hn::Store(narrowed(value), HalfTag(), all);
    std::memcpy(to, all, part.count * sizeof(std::uint16_t));
}

// The value with `other` in the lanes outside a part, where it must not count.
HWY_INLINE Floats within(Floats value, Whole, float /*other*/) { return value; }
HWY_INLINE Floats within(Floats value, Part part, float other) {
    return hn::IfThenElse(hn::FirstN(FloatTag(), part.count), value, hn::Set(FloatTag(), other));
}

HWY_INLINE float sumOf(Floats value) { return hn::GetLane(hn::SumOfLanes(FloatTag(), value)); }
HWY_INLINE float largestOf(Floats value) { return hn::GetLane(hn::MaxOfLanes(FloatTag(), value)); }

// The lanes that dropout keeps: `bits` are those of elements from `offset` on.
HWY_INLINE FloatMask keptLanes(const KeepBits& bits, std::size_t offset) {
    std::uint64_t word;
    std::memcpy(&word, bits.bytes + (bits.first + offset) / 8, sizeof word);
    word >>= (bits.first + offset) % 8;  // at most 7 bits go: 57 stay, and no vector has more than 16 lanes here
    return hn::LoadMaskBits(FloatTag(), reinterpret_cast<const std::uint8_t*>(&word));
}

// exp(x) for x <= 88; below -80 as there, which keeps clear of denormal numbers: they are slow. The error is at most
// 1e-7 of the result. A reduced argument as in Cephes (Moshier), and its polynomial.
HWY_INLINE Floats exponential(Floats x) {
    const FloatTag d;
    const WordTag words;
    x = hn::Max(hn::Set(d, -80.0F), x);  // in this order x86 lets NaN through
    // Added to this number, x loses its fraction, and its integer part stands in the lowest bits.
    const Floats integral = hn::Set(d, 0x1.8p23F);
    const Floats shifted = hn::MulAdd(x, hn::Set(d, 1.44269504F), integral);
    const Floats n = hn::Sub(shifted, integral);
    Floats r = hn::NegMulAdd(n, hn::Set(d, 0.693359375F), x);
    r = hn::MulAdd(n, hn::Set(d, 2.12194440e-4F), r);
    Floats p = hn::Set(d, 1.9875691500e-4F);
    p = hn::MulAdd(p, r, hn::Set(d, 1.3981999507e-3F));
    p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3F));
    p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2F));
    p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1F));
    p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1F));
    p = hn::MulAdd(p, hn::Mul(r, r), hn::Add(r, hn::Set(d, 1.0F)));
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(words, shifted));
    const auto power = hn::BitCast(d, hn::Add(exponent, hn::BitCast(words, hn::Set(d, 1.0F))));
    return hn::Mul(p, power);
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard, once for each instruction set
