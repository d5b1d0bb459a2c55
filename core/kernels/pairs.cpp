// SPDX-License-Identifier: GPL-3.0-or-later
// Interleaves rows in whole vectors and transposes in squares of eight.
#include "core/kernels/pairs.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/pairs.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

HWY_INLINE hn::Vec<HalfTag> loadHalves(const Bfloat16* from, Whole) {
    return hn::LoadU(HalfTag(), reinterpret_cast<const std::uint16_t*>(from));
}
HWY_INLINE hn::Vec<HalfTag> loadHalves(const Bfloat16* from, Part part) {
    alignas(64) std::uint16_t all[HWY_MAX_BYTES / sizeof(std::uint16_t)] = {};
    std::memcpy(all, from, part.count * sizeof(std::uint16_t));
    return hn::Load(HalfTag(), all);
}

// out[2i], out[2i + 1] = first[i], second[i]; whole vectors are written.
HWY_INLINE void interleave(const Bfloat16* first, const Bfloat16* second, std::size_t count, Bfloat16* out) {
    const WordTag words;
    forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
        const auto lower = hn::PromoteTo(words, loadHalves(first + i, part));
        const auto upper = second == nullptr ? hn::Zero(words) : hn::PromoteTo(words, loadHalves(second + i, part));
        hn::StoreU(hn::Or(lower, hn::ShiftLeft<16>(upper)), words, reinterpret_cast<std::uint32_t*>(out + 2 * i));
    });
}

void pairs(const Bfloat16* b, const Extent& stored, Bfloat16* panels) {
    const std::size_t panelElements = kPairPanel * paddedDepth(stored.rows);
    for (std::size_t first = 0; first < stored.width; first += kPairPanel, panels += panelElements) {
        const std::size_t columns = std::min(kPairPanel, stored.width - first);
        Bfloat16* out = panels;
        for (std::size_t row = 0; row < stored.rows; row += 2, out += 2 * kPairPanel) {
            const Bfloat16* pair = b + row * stored.stride + first;
            interleave(pair, row + 1 < stored.rows ? pair + stored.stride : nullptr, columns, out);
        }
        std::fill(out, panels + panelElements, Bfloat16{});
    }
}

#if HWY_TARGET != HWY_SCALAR

// Rows of eight elements become columns.
HWY_INLINE void transposeEight(const Bfloat16* in, std::size_t stride, Bfloat16* out, std::size_t outStride) {
    const hn::Full128<std::uint16_t> d;
    const hn::Full128<std::uint32_t> d32;
    const hn::Full128<std::uint64_t> d64;
    using Row = hn::Vec<decltype(d)>;
    const auto row = [&](std::size_t i) HWY_ATTR {
        return hn::LoadU(d, reinterpret_cast<const std::uint16_t*>(in + i * stride));
    };
    const auto twos = [&](Row a, Row b, Row& lower, Row& upper) HWY_ATTR {
        lower = hn::InterleaveLower(d, a, b);
        upper = hn::InterleaveUpper(d, a, b);
    };
    const auto fours = [&](Row a, Row b, Row& lower, Row& upper) HWY_ATTR {
        lower = hn::BitCast(d, hn::InterleaveLower(d32, hn::BitCast(d32, a), hn::BitCast(d32, b)));
        upper = hn::BitCast(d, hn::InterleaveUpper(d32, hn::BitCast(d32, a), hn::BitCast(d32, b)));
    };
    const auto eights = [&](Row a, Row b, std::size_t column) HWY_ATTR {
        const auto x = hn::BitCast(d64, a);
        const auto y = hn::BitCast(d64, b);
        auto* to = reinterpret_cast<std::uint16_t*>(out + column * outStride);
        hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, x, y)), d, to);
        hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, x, y)), d, to + outStride);
    };
    Row a[8], b[8];
    for (std::size_t i = 0; i < 4; ++i) twos(row(2 * i), row(2 * i + 1), a[2 * i], a[2 * i + 1]);
    for (std::size_t i = 0; i < 2; ++i) {
        fours(a[4 * i], a[4 * i + 2], b[4 * i], b[4 * i + 1]);
        fours(a[4 * i + 1], a[4 * i + 3], b[4 * i + 2], b[4 * i + 3]);
    }
    for (std::size_t i = 0; i < 4; ++i) eights(b[i], b[4 + i], 2 * i);
}

#endif

void transposed(const Bfloat16* a, const Extent& stored, Bfloat16* out) {
    const std::size_t depth = paddedDepth(stored.rows);
    std::size_t wholeRows = 0;
    std::size_t wholeColumns = 0;
#if HWY_TARGET != HWY_SCALAR
    wholeRows = stored.rows / 8 * 8;
    wholeColumns = stored.width / 8 * 8;
    for (std::size_t c = 0; c < wholeColumns; c += 8)
        for (std::size_t r = 0; r < wholeRows; r += 8)
            transposeEight(a + r * stored.stride + c, stored.stride, out + c * depth + r, depth);
#endif
    for (std::size_t r = 0; r < stored.rows; ++r)
        for (std::size_t c = r < wholeRows ? wholeColumns : 0; c < stored.width; ++c)
            out[c * depth + r] = a[r * stored.stride + c];
    for (std::size_t c = 0; c < stored.width; ++c)
        std::fill(out + c * depth + stored.rows, out + (c + 1) * depth, Bfloat16{});
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(pairs);
HWY_EXPORT(transposed);

void layOutPairs(const Bfloat16* b, const Extent& stored, Bfloat16* panels) {
    HWY_DYNAMIC_DISPATCH(pairs)(b, stored, panels);
}

void layOutPairsOfTranspose(const Bfloat16* b, const Extent& stored, Bfloat16* panels) {
    const std::size_t depth = stored.width;
    const std::size_t wholePairs = stored.stride % 2 == 0 ? depth / 2 : 0;
    for (std::size_t first = 0; first < stored.rows; first += kPairPanel) {
        const std::size_t columns = std::min(kPairPanel, stored.rows - first);
        const Bfloat16* own = b + first * stored.stride;
        // Pairs are whole elements of 32 bits, unless rows begin in the middle of one.
        transpose(own, {columns, wholePairs, stored.stride / 2}, panels, kPairPanel);
        for (std::size_t k = 2 * wholePairs; k < depth; ++k)
            for (std::size_t c = 0; c < columns; ++c)
                panels[(k / 2 * kPairPanel + c) * 2 + k % 2] = own[c * stored.stride + k];
        if (depth % 2 != 0)
            for (std::size_t c = 0; c < columns; ++c) panels[(depth / 2 * kPairPanel + c) * 2 + 1] = {};
        Bfloat16* end = panels + kPairPanel * paddedDepth(depth);
        std::fill(panels + kPairPanel * (depth + depth % 2), end, Bfloat16{});
        panels = end;
    }
}

void layOutTransposed(const Bfloat16* a, const Extent& stored, Bfloat16* out) {
    HWY_DYNAMIC_DISPATCH(transposed)(a, stored, out);
}

void layOutPadded(const Bfloat16* a, const Extent& stored, Bfloat16* out, std::size_t outStride) {
    for (std::size_t r = 0; r < stored.rows; ++r, a += stored.stride, out += outStride) {
        std::copy_n(a, stored.width, out);
        std::fill(out + stored.width, out + outStride, Bfloat16{});
    }
}

}  // namespace vit::kernels
#endif
