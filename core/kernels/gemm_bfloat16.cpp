// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 products: operands into the layout of pairs, then tiles or libxsmm's code.
#include "core/kernels/amx.h"
#include "core/kernels/gemm.h"
#include "core/kernels/pairs.h"
#include "core/kernels/support.h"

#include <libxsmm.h>

#include <algorithm>
#include <stdexcept>

namespace vit::kernels {

namespace {

std::size_t size(int value) { return static_cast<std::size_t>(value); }

// As in gemm.cpp, theirs is the transposed product.
auto compile(int rows, int columns, int depth, int strideA, int strideC, float beta) {
    const int strideB = kPairPanel;
    const float one = 1;
    const int flags = LIBXSMM_GEMM_FLAG_VNNI_A;
    const int prefetch = LIBXSMM_PREFETCH_NONE;
    const libxsmm_bsmmfunction function =
        libxsmm_bsmmdispatch(columns, rows, depth, &strideB, &strideA, &strideC, &one, &beta, &flags, &prefetch);
    if (function == nullptr) throw std::runtime_error("libxsmm generates no bf16 code here");
    return reinterpret_cast<void (*)(const Bfloat16*, const Bfloat16*, float*)>(function);
}

}  // namespace

Gemm<Bfloat16>::Gemm(const GemmShape& shape) : m_shape(shape), m_tiles(support().set == InstructionSet::Amx) {
    if (m_tiles) return;
    const int depth = shape.depth + shape.depth % 2;
    const int strideA = copiesA() ? static_cast<int>(paddedDepth(size(shape.depth))) : shape.strideA;
    for (int first = 0; first < shape.columns; first += static_cast<int>(kPairPanel)) {
        const int columns = std::min(static_cast<int>(kPairPanel), shape.columns - first);
        m_panels.push_back({compile(shape.rows, columns, depth, strideA, shape.strideC, 0),
                            compile(shape.rows, columns, depth, strideA, shape.strideC, 1),
                            compile(shape.rows, columns, depth, strideA, shape.columns, 0)});
    }
}

bool Gemm<Bfloat16>::copiesA() const {
    // libxsmm counts depth and stride in pairs.
    const bool halfPairs = m_shape.depth % 2 != 0 || m_shape.strideA % 2 != 0;
    return m_shape.a == Operand::Transposed || (!m_tiles && halfPairs);
}

std::size_t Gemm<Bfloat16>::elementsOfA() const {
    if (copiesA()) return size(m_shape.rows) * paddedDepth(size(m_shape.depth));
    return m_tiles && size(m_shape.depth) % kDepthUnit != 0 ? size(m_shape.rows) * kDepthUnit : 0;
}

std::size_t Gemm<Bfloat16>::elementsOfB() const {
    return m_shape.b == Operand::Packed ? 0 : pairElements(size(m_shape.depth), size(m_shape.columns));
}

std::size_t Gemm<Bfloat16>::bufferElements() const {
    const std::size_t sums = m_tiles ? 0 : size(m_shape.rows) * size(m_shape.columns);
    return elementsOfA() + elementsOfB() + sums * (sizeof(float) / sizeof(Bfloat16));
}

Gemm<Bfloat16>::OperandA Gemm<Bfloat16>::layOutA(const Bfloat16* a, Bfloat16* buffer) const {
    const std::size_t rows = size(m_shape.rows);
    const std::size_t depth = size(m_shape.depth);
    const std::size_t stride = size(m_shape.strideA);
    if (copiesA()) {
        const std::size_t padded = paddedDepth(depth);
        if (m_shape.a == Operand::Transposed) layOutTransposed(a, {depth, rows, stride}, buffer);
        else layOutPadded(a, {rows, depth, stride}, buffer, padded);
        return {buffer, padded, padded, nullptr};
    }
    const std::size_t rest = m_tiles ? depth % kDepthUnit : 0;
    if (rest == 0) return {a, stride, depth, nullptr};
    layOutPadded(a + depth - rest, {rows, rest, stride}, buffer, kDepthUnit);
    return {a, stride, depth - rest, buffer};
}

const Bfloat16* Gemm<Bfloat16>::layOutB(const Bfloat16* b, Bfloat16* buffer) const {
    const std::size_t depth = size(m_shape.depth);
    const std::size_t columns = size(m_shape.columns);
    const std::size_t stride = size(m_shape.strideB);
    if (m_shape.b == Operand::Packed) return b;
    if (m_shape.b == Operand::Transposed) layOutPairsOfTranspose(b, {columns, depth, stride}, buffer);
    else layOutPairs(b, {depth, columns, stride}, buffer);
    return buffer;
}

Gemm<Bfloat16>::Operands Gemm<Bfloat16>::layOut(const Bfloat16* a, const Bfloat16* b, Bfloat16* buffer) const {
    return {layOutA(a, buffer), layOutB(b, buffer + elementsOfA())};
}

void Gemm<Bfloat16>::runPanels(Function Panel::*function, const Operands& operands, float* c) const {
    const std::size_t panelElements = paddedDepth(size(m_shape.depth)) * kPairPanel;
    for (std::size_t i = 0; i < m_panels.size(); ++i)
        (m_panels[i].*function)(operands.b + i * panelElements, operands.a.values, c + i * kPairPanel);
}

AmxProduct Gemm<Bfloat16>::tiles(const Operands& operands) const {
    const auto& [a, b] = operands;
    return {size(m_shape.rows), size(m_shape.columns), a.depth, a.stride, size(m_shape.strideC), a.values, a.rest, b};
}

void Gemm<Bfloat16>::operator()(const Bfloat16* a, const Bfloat16* b, float* c, Bfloat16* buffer) const {
    const Operands operands = layOut(a, b, buffer);
    if (m_tiles) amxMultiply(tiles(operands), c);
    else runPanels(&Panel::set, operands, c);
}

void Gemm<Bfloat16>::add(const Bfloat16* a, const Bfloat16* b, float* c, Bfloat16* buffer) const {
    const Operands operands = layOut(a, b, buffer);
    if (m_tiles) amxMultiplyAdd(tiles(operands), c);
    else runPanels(&Panel::add, operands, c);
}

void Gemm<Bfloat16>::store(const Bfloat16* a, const Bfloat16* b, const float* bias, Bfloat16* c,
                           Bfloat16* buffer) const {
    const Operands operands = layOut(a, b, buffer);
    if (m_tiles) return amxMultiplyStore(tiles(operands), bias, c);
    auto* sums = reinterpret_cast<float*>(buffer + elementsOfA() + elementsOfB());
    runPanels(&Panel::sums, operands, sums);
    const std::size_t columns = size(m_shape.columns);
    roundRows(sums, bias, {size(m_shape.rows), columns, columns}, c, size(m_shape.strideC));
}

std::size_t Gemm<Bfloat16>::packedElements(std::size_t depth, std::size_t columns) {
    return pairElements(depth, columns);
}

void Gemm<Bfloat16>::pack(const float* b, std::size_t depth, std::size_t columns, Operand stored, Bfloat16* packed) {
    std::vector<Bfloat16> values(depth * columns);
    roundAll(b, values.size(), values.data());
    if (stored == Operand::Transposed) layOutPairsOfTranspose(values.data(), {columns, depth, depth}, packed);
    else layOutPairs(values.data(), {depth, columns, columns}, packed);
}

}  // namespace vit::kernels
