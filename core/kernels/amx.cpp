// SPDX-License-Identifier: GPL-3.0-or-later
// Two by two tiles of C at a time, so that each tile of A and of B that is loaded is used twice.
#include "core/kernels/amx.h"

#include "core/kernels/pairs.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

// Every CPU with tiles has these too.
#define VIT_AMX [[gnu::target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")]]

namespace vit::kernels {

namespace {

constexpr std::size_t kTile = 16;       // rows of a tile of A or C, columns of one of C
constexpr int kTileBytes = 64;          // of a row: 16 floats or 16 pairs
constexpr int kPanelBytes = kPairPanel * 2 * sizeof(Bfloat16);  // of a row of pairs

// In the form that the CPU reads. Tiles 0 to 3 are C's upper left, upper right, lower left and lower right, 4 and 5 A's
// upper and lower, 6 and 7 B's left and right.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1;
    std::uint8_t startRow = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t rowBytes[16] = {};
    std::uint8_t rows[16] = {};

    explicit TileShapes(std::size_t rowsOfA) {
        std::fill_n(rowBytes, 8, std::uint16_t{kTileBytes});
        std::fill_n(rows, 6, static_cast<std::uint8_t>(rowsOfA));
        rows[6] = rows[7] = kTile;
    }
};

// The intrinsics tell the compiler of but a part of the memory that they read: here all of it is to be in place.
VIT_AMX inline void configure(const TileShapes& shapes) {
    asm volatile("" : : "r"(&shapes) : "memory");
    _tile_loadconfig(&shapes);
}

// The operands of a block of C.
struct Block {
    const Bfloat16* a;
    const Bfloat16* rest;
    const Bfloat16* b;
};

template <bool kTwoRows, bool kTwoColumns>
VIT_AMX inline void clear() {
    _tile_zero(0);
    if constexpr (kTwoColumns) _tile_zero(1);
    if constexpr (kTwoRows) _tile_zero(2);
    if constexpr (kTwoRows && kTwoColumns) _tile_zero(3);
}

template <bool kTwoRows, bool kTwoColumns>
VIT_AMX inline void loadSums(const float* c, std::size_t strideC) {
    const auto stride = static_cast<long>(strideC * sizeof(float));
    _tile_loadd(0, c, stride);
    if constexpr (kTwoColumns) _tile_loadd(1, c + kTile, stride);
    if constexpr (kTwoRows) _tile_loadd(2, c + kTile * strideC, stride);
    if constexpr (kTwoRows && kTwoColumns) _tile_loadd(3, c + kTile * strideC + kTile, stride);
}

template <bool kTwoRows, bool kTwoColumns>
VIT_AMX inline void storeSums(float* c, std::size_t strideC) {
    const auto stride = static_cast<long>(strideC * sizeof(float));
    _tile_stored(0, c, stride);
    if constexpr (kTwoColumns) _tile_stored(1, c + kTile, stride);
    if constexpr (kTwoRows) _tile_stored(2, c + kTile * strideC, stride);
    if constexpr (kTwoRows && kTwoColumns) _tile_stored(3, c + kTile * strideC + kTile, stride);
}

// Adds the products along kDepthUnit elements.
template <bool kTwoRows, bool kTwoColumns>
VIT_AMX inline void multiplyStep(const Bfloat16* a, std::size_t strideA, const Bfloat16* b) {
    const auto stride = static_cast<long>(strideA * sizeof(Bfloat16));
    _tile_loadd(4, a, stride);
    _tile_loadd(6, b, kPanelBytes);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kTwoColumns) {
        _tile_loadd(7, b + kTile * 2, kPanelBytes);
        _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (kTwoRows) {
        _tile_loadd(5, a + kTile * strideA, stride);
        _tile_dpbf16ps(2, 5, 6);
        if constexpr (kTwoColumns) _tile_dpbf16ps(3, 5, 7);
    }
}

template <bool kTwoRows, bool kTwoColumns>
VIT_AMX inline void multiplySteps(const AmxProduct& p, const Block& block) {
    const Bfloat16* b = block.b;
    for (std::size_t k = 0; k < p.depth; k += kDepthUnit, b += kDepthUnit * kPairPanel)
        multiplyStep<kTwoRows, kTwoColumns>(block.a + k, p.strideA, b);
    if (block.rest != nullptr) multiplyStep<kTwoRows, kTwoColumns>(block.rest, kDepthUnit, b);
}

// Where a block is in C.
struct Place {
    std::size_t rows;
    std::size_t columns;
    std::size_t column;
    std::size_t offset;
};

// What becomes of a block's sums: where all its columns are there, and where a tile has more than them.
struct SetSums {
    float* c;

    template <bool kTwoRows, bool kTwoColumns>
    VIT_AMX void whole(const AmxProduct& p, const Block& block, const Place& place) const {
        clear<kTwoRows, kTwoColumns>();
        multiplySteps<kTwoRows, kTwoColumns>(p, block);
        storeSums<kTwoRows, kTwoColumns>(c + place.offset, p.strideC);
    }
    void partial(const AmxProduct& p, const float* sums, const Place& place) const {
        for (std::size_t r = 0; r < place.rows; ++r)
            std::copy_n(sums + r * kTile, place.columns, c + place.offset + r * p.strideC);
    }
};

struct AddSums {
    float* c;

    template <bool kTwoRows, bool kTwoColumns>
    VIT_AMX void whole(const AmxProduct& p, const Block& block, const Place& place) const {
        loadSums<kTwoRows, kTwoColumns>(c + place.offset, p.strideC);
        multiplySteps<kTwoRows, kTwoColumns>(p, block);
        storeSums<kTwoRows, kTwoColumns>(c + place.offset, p.strideC);
    }
    void partial(const AmxProduct& p, const float* sums, const Place& place) const {
        for (std::size_t r = 0; r < place.rows; ++r)
            for (std::size_t i = 0; i < place.columns; ++i)
                c[place.offset + r * p.strideC + i] += sums[r * kTile + i];
    }
};

struct StoreRounded {
    Bfloat16* c;
    const float* bias;

    template <bool kTwoRows, bool kTwoColumns>
    VIT_AMX void whole(const AmxProduct& p, const Block& block, const Place& place) const {
        alignas(64) float sums[2 * kTile][2 * kTile];
        clear<kTwoRows, kTwoColumns>();
        multiplySteps<kTwoRows, kTwoColumns>(p, block);
        storeSums<kTwoRows, kTwoColumns>(sums[0], 2 * kTile);
        const float* own = bias != nullptr ? bias + place.column : nullptr;
        const __m512 left = own != nullptr ? _mm512_loadu_ps(own) : _mm512_setzero_ps();
        const __m512 right = own != nullptr && kTwoColumns ? _mm512_loadu_ps(own + kTile) : _mm512_setzero_ps();
        Bfloat16* out = c + place.offset;
        for (std::size_t r = 0; r < place.rows; ++r, out += p.strideC) {
            const __m512 first = _mm512_add_ps(_mm512_load_ps(sums[r]), left);
            if constexpr (kTwoColumns) {
                const __m512 second = _mm512_add_ps(_mm512_load_ps(sums[r] + kTile), right);
                const __m512bh both = _mm512_cvtne2ps_pbh(second, first);
                _mm512_storeu_si512(out, reinterpret_cast<const __m512i&>(both));
            } else {
                const __m256bh one = _mm512_cvtneps_pbh(first);
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), reinterpret_cast<const __m256i&>(one));
            }
        }
    }
    void partial(const AmxProduct& p, const float* sums, const Place& place) const {
        for (std::size_t r = 0; r < place.rows; ++r)
            for (std::size_t i = 0; i < place.columns; ++i)
                c[place.offset + r * p.strideC + i] =
                    toBfloat16(sums[r * kTile + i] + (bias != nullptr ? bias[place.column + i] : 0.0F));
    }
};

// All columns of `rows` rows: of two rows of tiles, or of at most one.
template <bool kTwoRows, typename Output>
VIT_AMX void multiplyRows(const AmxProduct& p, std::size_t first, std::size_t rows, const Output& output) {
    const std::size_t panelElements = (p.depth + (p.rest != nullptr ? kDepthUnit : 0)) * kPairPanel;
    const Bfloat16* a = p.a + first * p.strideA;
    const Bfloat16* rest = p.rest != nullptr ? p.rest + first * kDepthUnit : nullptr;
    for (std::size_t column = 0; column < p.columns;) {
        const Block block{a, rest, p.b + column / kPairPanel * panelElements + column % kPairPanel * 2};
        Place place{rows, std::min(2 * kTile, p.columns - column), column, first * p.strideC + column};
        if (place.columns == 2 * kTile) {
            output.template whole<kTwoRows, true>(p, block, place);
        } else if (place.columns >= kTile) {
            place.columns = kTile;
            output.template whole<kTwoRows, false>(p, block, place);
        } else {
            alignas(64) float sums[2 * kTile * kTile];
            clear<kTwoRows, false>();
            multiplySteps<kTwoRows, false>(p, block);
            storeSums<kTwoRows, false>(sums, kTile);
            output.partial(p, sums, place);
        }
        column += place.columns;
    }
}

template <typename Output>
VIT_AMX void multiply(const AmxProduct& product, const Output& output) {
    const std::size_t tiles = product.rows / kTile;
    if (tiles > 0) {
        configure(TileShapes(kTile));
        for (std::size_t tile = 0; tile + 2 <= tiles; tile += 2)
            multiplyRows<true>(product, tile * kTile, 2 * kTile, output);
        if (tiles % 2 != 0) multiplyRows<false>(product, (tiles - 1) * kTile, kTile, output);
    }
    if (const std::size_t left = product.rows % kTile; left > 0) {
        configure(TileShapes(left));
        multiplyRows<false>(product, tiles * kTile, left, output);
    }
    _tile_release();
}

}  // namespace

bool amxIsUsable() {
    unsigned a = 0, b = 0, c = 0, features = 0;
    constexpr unsigned kNeeded = (1U << 22) | (1U << 24);  // products of bf16, tiles
    if (__get_cpuid_count(7, 0, &a, &b, &c, &features) == 0 || (features & kNeeded) != kNeeded) return false;
    // Linux gives a process the tiles' registers when it asks for them.
    constexpr long kRequestPermission = 0x1023;
    constexpr long kTileData = 18;
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

void amxMultiply(const AmxProduct& product, float* c) { multiply(product, SetSums{c}); }
void amxMultiplyAdd(const AmxProduct& product, float* c) { multiply(product, AddSums{c}); }
void amxMultiplyStore(const AmxProduct& product, const float* bias, Bfloat16* c) {
    multiply(product, StoreRounded{c, bias});
}

VIT_AMX double amxOperations(std::int64_t rounds) {
    configure(TileShapes(kTile));
    _tile_zero(4);
    _tile_zero(6);
    clear<true, true>();
    for (std::int64_t round = 0; round < rounds; ++round) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 6);
        _tile_dpbf16ps(2, 4, 6);
        _tile_dpbf16ps(3, 4, 6);
    }
    _tile_release();
    return 4.0 * 2 * kTile * kTile * kDepthUnit * static_cast<double>(rounds);
}

VIT_AMX double pairOperations(std::int64_t rounds) {
    constexpr int kSums = 12;
    __m512 sums[kSums] = {};
    const __m512bh ones = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1), _mm512_set1_ps(1));
    for (std::int64_t round = 0; round < rounds; ++round)
        for (__m512& sum : sums) sum = _mm512_dpbf16_ps(sum, ones, ones);
    __m512 total = _mm512_setzero_ps();
    for (const __m512& sum : sums) total = _mm512_add_ps(total, sum);
    volatile float sink = _mm512_cvtss_f32(total);
    static_cast<void>(sink);
    return 2.0 * kSums * 2 * 16 * static_cast<double>(rounds);
}

}  // namespace vit::kernels

#else

namespace vit::kernels {

bool amxIsUsable() { return false; }
void amxMultiply(const AmxProduct&, float*) {}
void amxMultiplyAdd(const AmxProduct&, float*) {}
void amxMultiplyStore(const AmxProduct&, const float*, Bfloat16*) {}
double amxOperations(std::int64_t) { return 0; }
double pairOperations(std::int64_t) { return 0; }

}  // namespace vit::kernels

#endif
