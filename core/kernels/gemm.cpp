// SPDX-License-Identifier: GPL-3.0-or-later
// fp32 products by libxsmm, which generates the code for each shape when it is first asked for.
#include "kernels/gemm.h"

#include "kernels/rows.h"

#include <libxsmm.h>

#include <algorithm>
#include <stdexcept>

namespace vit::kernels {

namespace {

// libxsmm's code runs through all of B for every few rows of A. B panel by panel stays in the nearest cache meanwhile;
// the width is four AVX-512 vectors, the best that its register blocking does.
constexpr std::size_t kPanel = 64;

// libxsmm multiplies matrices stored column by column: theirs is C^T = B^T · A^T, so A and B change places.
libxsmm_smmfunction compile(const GemmShape& shape, int columns, int strideB, float beta) {
    const float one = 1;
    const int flags = shape.a == Operand::Transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
    const int prefetch = LIBXSMM_PREFETCH_NONE;
    const libxsmm_smmfunction function = libxsmm_smmdispatch(columns, shape.rows, shape.depth, &strideB, &shape.strideA,
                                                             &shape.strideC, &one, &beta, &flags, &prefetch);
    if (function == nullptr) throw std::runtime_error("libxsmm generates no code here");
    return function;
}

}  // namespace

Gemm<float>::Gemm(const GemmShape& shape) : m_shape(shape) {
    const auto columns = static_cast<std::size_t>(shape.columns);
    int strideB = shape.strideB;
    if (shape.b == Operand::Transposed) strideB = shape.columns;
    if (shape.b == Operand::Packed) strideB = kPanel;
    for (std::size_t first = 0; first < columns; first += kPanel) {
        const auto width = static_cast<int>(std::min(kPanel, columns - first));
        const std::size_t offsetB = shape.b == Operand::Packed ? first * static_cast<std::size_t>(shape.depth) : first;
        m_panels.push_back({offsetB, first, compile(shape, width, strideB, 0), compile(shape, width, strideB, 1)});
    }
}

std::size_t Gemm<float>::bufferElements() const {
    return m_shape.b == Operand::Transposed ? static_cast<std::size_t>(m_shape.depth) * m_shape.columns : 0;
}

const float* Gemm<float>::layOutB(const float* b, float* buffer) const {
    if (m_shape.b != Operand::Transposed) return b;
    const Extent stored{static_cast<std::size_t>(m_shape.columns), static_cast<std::size_t>(m_shape.depth),
                        static_cast<std::size_t>(m_shape.strideB)};
    transpose(b, stored, buffer, stored.rows);
    return buffer;
}

void Gemm<float>::operator()(const float* a, const float* b, float* c, float* buffer) const {
    b = layOutB(b, buffer);
    for (const Panel& panel : m_panels) panel.set(b + panel.offsetB, a, c + panel.offsetC);
}

void Gemm<float>::add(const float* a, const float* b, float* c, float* buffer) const {
    b = layOutB(b, buffer);
    for (const Panel& panel : m_panels) panel.add(b + panel.offsetB, a, c + panel.offsetC);
}

void Gemm<float>::store(const float* a, const float* b, const float* bias, float* c, float* buffer) const {
    if (bias == nullptr) return (*this)(a, b, c, buffer);
    b = layOutB(b, buffer);
    const Extent all{static_cast<std::size_t>(m_shape.rows), static_cast<std::size_t>(m_shape.columns),
                     static_cast<std::size_t>(m_shape.strideC)};
    fillRows(bias, all, c);
    for (const Panel& panel : m_panels) panel.add(b + panel.offsetB, a, c + panel.offsetC);
}

std::size_t Gemm<float>::packedElements(std::size_t depth, std::size_t columns) {
    return (columns + kPanel - 1) / kPanel * kPanel * depth;
}

void Gemm<float>::pack(const float* b, std::size_t depth, std::size_t columns, Operand stored, float* packed) {
    for (std::size_t first = 0; first < columns; first += kPanel) {
        const std::size_t width = std::min(kPanel, columns - first);
        float* panel = packed + first * depth;
        if (stored == Operand::Transposed) {
            transpose(b + first * depth, {width, depth, depth}, panel, kPanel);
        } else {
            for (std::size_t row = 0; row < depth; ++row)
                std::copy_n(b + row * columns + first, width, panel + row * kPanel);
        }
    }
}

}  // namespace vit::kernels
