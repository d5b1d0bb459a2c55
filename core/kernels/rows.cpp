// SPDX-License-Identifier: GPL-3.0-or-later
// Each row passes through the registers once.
#include "core/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/rows.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

void fill(const float* row, const Extent& out, float* values) {
    for (std::size_t r = 0; r < out.rows; ++r)
        forEachVector(out.width, [&](std::size_t i, auto part) HWY_ATTR {
            store(load(row + i, part), values + r * out.stride + i, part);
        });
}

void add(const float* in, const float* row, std::size_t rows, std::size_t width, float* out) {
    for (std::size_t r = 0; r < rows; ++r)
        forEachVector(width, [&](std::size_t i, auto part) HWY_ATTR {
            store(hn::Add(load(in + r * width + i, part), load(row + i, part)), out + r * width + i, part);
        });
}

void scale(const float* in, std::size_t count, float factor, float* out) {
    const Floats by = hn::Set(FloatTag(), factor);
    forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR { store(hn::Mul(load(in + i, part), by), out + i, part); });
}

void scaleDistance(const float* in, std::size_t count, float factor, float* out) {
    const Floats by = hn::Set(FloatTag(), factor);
    forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
        const Floats from = load(in + i, part);
        store(hn::MulAdd(hn::Sub(load(out + i, part), from), by, from), out + i, part);
    });
}

template <typename E>
HWY_INLINE void columnSums(const E* in, const Extent& extent, float* sums) {
    // Four columns of vectors at a time: one alone would wait for each of its additions.
    const std::size_t lanes = hn::Lanes(FloatTag());
    std::size_t first = 0;
    for (; first + 4 * lanes <= extent.width; first += 4 * lanes) {
        Floats a = load(sums + first, Whole{});
        Floats b = load(sums + first + lanes, Whole{});
        Floats c = load(sums + first + 2 * lanes, Whole{});
        Floats e = load(sums + first + 3 * lanes, Whole{});
        for (std::size_t r = 0; r < extent.rows; ++r) {
            const E* row = in + r * extent.stride + first;
            a = hn::Add(a, load(row, Whole{}));
            b = hn::Add(b, load(row + lanes, Whole{}));
            c = hn::Add(c, load(row + 2 * lanes, Whole{}));
            e = hn::Add(e, load(row + 3 * lanes, Whole{}));
        }
        store(a, sums + first, Whole{});
        store(b, sums + first + lanes, Whole{});
        store(c, sums + first + 2 * lanes, Whole{});
        store(e, sums + first + 3 * lanes, Whole{});
    }
    forEachVector(extent.width - first, [&](std::size_t i, auto part) HWY_ATTR {
        Floats sum = load(sums + first + i, part);
        for (std::size_t r = 0; r < extent.rows; ++r)
            sum = hn::Add(sum, load(in + r * extent.stride + first + i, part));
        store(sum, sums + first + i, part);
    });
}
void columnSumsOfFloats(const float* in, const Extent& extent, float* sums) { columnSums(in, extent, sums); }
void columnSumsOfBfloat16s(const Bfloat16* in, const Extent& extent, float* sums) { columnSums(in, extent, sums); }

void round(const float* in, std::size_t count, Bfloat16* out) {
    forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR { store(load(in + i, part), out + i, part); });
}

void roundRow(const float* in, const float* row, const Extent& extent, Bfloat16* out, std::size_t outStride) {
    for (std::size_t r = 0; r < extent.rows; ++r, in += extent.stride, out += outStride)
        forEachVector(extent.width, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats value = load(in + i, part);
            store(row == nullptr ? value : hn::Add(value, load(row + i, part)), out + i, part);
        });
}

using Word [[gnu::may_alias]] = std::uint32_t;

#if HWY_TARGET != HWY_SCALAR
// The rows in[0 … 3] of four elements become columns.
HWY_INLINE void transposeFour(const Word* in, std::size_t stride, Word* out, std::size_t outStride) {
    const hn::Full128<std::uint32_t> d;
    const hn::Full128<std::uint64_t> pairs;
    const auto a = hn::LoadU(d, in);
    const auto b = hn::LoadU(d, in + stride);
    const auto c = hn::LoadU(d, in + 2 * stride);
    const auto e = hn::LoadU(d, in + 3 * stride);
    const auto abLower = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));  // a0 b0 a1 b1
    const auto abUpper = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
    const auto ceLower = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
    const auto ceUpper = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, abLower, ceLower)), d, out);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, abLower, ceLower)), d, out + outStride);
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, abUpper, ceUpper)), d, out + 2 * outStride);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, abUpper, ceUpper)), d, out + 3 * outStride);
}
#endif

void transposeWords(const void* inWords, const Extent& extent, void* outWords, std::size_t outStride) {
    const auto* in = static_cast<const Word*>(inWords);
    auto* out = static_cast<Word*>(outWords);
    std::size_t wholeRows = 0;
    std::size_t wholeColumns = 0;
#if HWY_TARGET != HWY_SCALAR
    wholeRows = extent.rows / 4 * 4;
    wholeColumns = extent.width / 4 * 4;
    for (std::size_t r = 0; r < wholeRows; r += 4)
        for (std::size_t c = 0; c < wholeColumns; c += 4)
            transposeFour(in + r * extent.stride + c, extent.stride, out + c * outStride + r, outStride);
#endif
    for (std::size_t r = 0; r < extent.rows; ++r)
        for (std::size_t c = r < wholeRows ? wholeColumns : 0; c < extent.width; ++c)
            out[c * outStride + r] = in[r * extent.stride + c];
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(fill);
HWY_EXPORT(add);
HWY_EXPORT(scale);
HWY_EXPORT(scaleDistance);
HWY_EXPORT(columnSumsOfFloats);
HWY_EXPORT(columnSumsOfBfloat16s);
HWY_EXPORT(round);
HWY_EXPORT(roundRow);
HWY_EXPORT(transposeWords);

void fillRows(const float* row, const Extent& out, float* values) { HWY_DYNAMIC_DISPATCH(fill)(row, out, values); }
void addRow(const float* in, const float* row, std::size_t rows, std::size_t width, float* out) {
    HWY_DYNAMIC_DISPATCH(add)(in, row, rows, width, out);
}
void scaleAll(const float* in, std::size_t count, float factor, float* out) {
    HWY_DYNAMIC_DISPATCH(scale)(in, count, factor, out);
}
void scaleFrom(const float* in, std::size_t count, float factor, float* out) {
    HWY_DYNAMIC_DISPATCH(scaleDistance)(in, count, factor, out);
}
void addColumnSums(const float* in, const Extent& extent, float* sums) {
    HWY_DYNAMIC_DISPATCH(columnSumsOfFloats)(in, extent, sums);
}
void addColumnSums(const Bfloat16* in, const Extent& extent, float* sums) {
    HWY_DYNAMIC_DISPATCH(columnSumsOfBfloat16s)(in, extent, sums);
}
void roundAll(const float* in, std::size_t count, Bfloat16* out) { HWY_DYNAMIC_DISPATCH(round)(in, count, out); }
void roundRows(const float* in, const float* row, const Extent& extent, Bfloat16* out, std::size_t outStride) {
    HWY_DYNAMIC_DISPATCH(roundRow)(in, row, extent, out, outStride);
}
void transpose(const void* in, const Extent& extent, void* out, std::size_t outStride) {
    HWY_DYNAMIC_DISPATCH(transposeWords)(in, extent, out, outStride);
}

}  // namespace vit::kernels
#endif
