// SPDX-License-Identifier: GPL-3.0-or-later
// By vectors of channels.
#include "core/kernels/pooling.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/pooling.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

using ByteTag = hn::Rebind<std::uint8_t, FloatTag>;
using IntTag = hn::RebindToSigned<FloatTag>;

HWY_INLINE void storeBytes(hn::Vec<IntTag> value, std::uint8_t* to, Whole) {
    hn::StoreU(hn::DemoteTo(ByteTag(), value), ByteTag(), to);
}
HWY_INLINE void storeBytes(hn::Vec<IntTag> value, std::uint8_t* to, Part part) {
    alignas(64) std::uint8_t all[HWY_MAX_BYTES];
    hn::Store(hn::DemoteTo(ByteTag(), value), ByteTag(), all);
    for (std::size_t i = 0; i < part.count; ++i) to[i] = all[i];
}
HWY_INLINE hn::Vec<IntTag> loadBytes(const std::uint8_t* from, Whole) {
    return hn::PromoteTo(IntTag(), hn::LoadU(ByteTag(), from));
}
HWY_INLINE hn::Vec<IntTag> loadBytes(const std::uint8_t* from, Part part) {
    alignas(64) std::uint8_t all[HWY_MAX_BYTES] = {};
    for (std::size_t i = 0; i < part.count && i < HWY_MAX_BYTES; ++i) all[i] = from[i];
    return hn::PromoteTo(IntTag(), hn::Load(ByteTag(), all));
}

void pool(const float* in, std::size_t rows, std::size_t side, std::size_t width, float* out, std::uint8_t* from) {
    const IntTag integers;
    for (std::size_t row = 0; row + 1 < rows; row += 2) {
        for (std::size_t column = 0; column + 1 < side; column += 2, out += width, from += width) {
            const float* first = in + (row * side + column) * width;
            forEachVector(width, [&](std::size_t i, auto part) HWY_ATTR {
                Floats largest = load(first + i, part);
                auto place = hn::Zero(integers);
                for (int k = 1; k < 4; ++k) {
                    const std::size_t offset = (k >= 2 ? side * width : 0) + (k % 2 != 0 ? width : 0);
                    const Floats value = load(first + offset + i, part);
                    const auto larger = hn::Gt(value, largest);
                    largest = hn::IfThenElse(larger, value, largest);
                    place = hn::IfThenElse(hn::RebindMask(integers, larger), hn::Set(integers, k), place);
                }
                store(largest, out + i, part);
                storeBytes(place, from + i, part);
            });
        }
    }
}

template <typename E>
void poolBackward(const float* dOut, const std::uint8_t* from, std::size_t rows, std::size_t side, std::size_t width,
                  E* dIn) {
    const IntTag integers;
    for (std::size_t row = 0; row + 1 < rows; row += 2) {
        for (std::size_t column = 0; column + 1 < side; column += 2, dOut += width, from += width) {
            E* first = dIn + (row * side + column) * width;
            forEachVector(width, [&](std::size_t i, auto part) HWY_ATTR {
                const Floats gradient = load(dOut + i, part);
                const auto place = loadBytes(from + i, part);
                for (int k = 0; k < 4; ++k) {
                    const std::size_t offset = (k >= 2 ? side * width : 0) + (k % 2 != 0 ? width : 0);
                    const auto own = hn::RebindMask(FloatTag(), hn::Eq(place, hn::Set(integers, k)));
                    store(hn::IfThenElseZero(own, gradient), first + offset + i, part);
                }
            });
        }
    }
}
void poolBackwardOfFloats(const float* dOut, const std::uint8_t* from, std::size_t rows, std::size_t side,
                          std::size_t width, float* dIn) {
    poolBackward(dOut, from, rows, side, width, dIn);
}
void poolBackwardOfBfloat16s(const float* dOut, const std::uint8_t* from, std::size_t rows, std::size_t side,
                             std::size_t width, Bfloat16* dIn) {
    poolBackward(dOut, from, rows, side, width, dIn);
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(pool);
HWY_EXPORT(poolBackwardOfFloats);
HWY_EXPORT(poolBackwardOfBfloat16s);

void maxPool(const float* in, std::size_t rows, std::size_t side, std::size_t width, float* out, std::uint8_t* from) {
    HWY_DYNAMIC_DISPATCH(pool)(in, rows, side, width, out, from);
}
template <>
void maxPoolBackward(const float* dOut, const std::uint8_t* from, std::size_t rows, std::size_t side,
                     std::size_t width, float* dIn) {
    HWY_DYNAMIC_DISPATCH(poolBackwardOfFloats)(dOut, from, rows, side, width, dIn);
}
template <>
void maxPoolBackward(const float* dOut, const std::uint8_t* from, std::size_t rows, std::size_t side,
                     std::size_t width, Bfloat16* dIn) {
    HWY_DYNAMIC_DISPATCH(poolBackwardOfBfloat16s)(dOut, from, rows, side, width, dIn);
}

}  // namespace vit::kernels
#endif
