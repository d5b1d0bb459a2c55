// SPDX-License-Identifier: GPL-3.0-or-later
// fp32 products by libxsmm, which generates the code for each shape when it is first asked for.
#include "core/kernels/gemm.h"

#include "core/kernels/rows.h"
#include "core/kernels/support.h"

#include <libxsmm.h>

#include <algorithm>
#include <stdexcept>

namespace vit::kernels {

namespace {

// What was found fastest with an instruction set.
struct Tuning {
    // libxsmm's code runs through all of B for every few rows of A. B panel by panel stays in the nearest cache
    // meanwhile; the width is four vectors, the best that its register blocking does.
    std::size_t panel;
    // From this depth and number of columns on, both operands of a product with a transposed A are laid out anew. Its
    // code reads A down the columns, each time another page and often one that displaces the last; the fewer products
    // follow, the less is won by a copy.
    int depth;
    int columns;
};

const Tuning& tuning() {
    static constexpr Tuning avx2{32, 1, 64};
    static constexpr Tuning avx512{64, 129, 129};
    return support().set == InstructionSet::Avx2 ? avx2 : avx512;
}

// The shape that libxsmm multiplies, after operands were laid out.
GemmShape laidOut(GemmShape shape) {
    const bool large = shape.depth >= tuning().depth && shape.columns >= tuning().columns;
    if (shape.a == Operand::Transposed && shape.b == Operand::Plain && large) {
        shape.a = Operand::Plain;
        shape.strideA = shape.depth;
        shape.b = Operand::Packed;
    }
    if (shape.b == Operand::Transposed) {
        shape.b = Operand::Plain;
        shape.strideB = shape.columns;
    }
    if (shape.b == Operand::Packed) shape.strideB = static_cast<int>(tuning().panel);
    return shape;
}

// Rounded up to whole cache lines
std::size_t elementsOfA(const GemmShape& shape) {
    const auto elements = static_cast<std::size_t>(shape.rows) * static_cast<std::size_t>(shape.depth);
    return (elements + 15) / 16 * 16;
}

// B [depth, columns] in panels of neighbouring columns, the last of which may be narrower
void packPanels(const float* b, std::size_t depth, std::size_t columns, std::size_t stride, float* packed) {
    const std::size_t panel = tuning().panel;
    for (std::size_t first = 0; first < columns; first += panel, packed += panel * depth)
        for (std::size_t row = 0; row < depth; ++row)
            std::copy_n(b + row * stride + first, std::min(panel, columns - first), packed + row * panel);
}

// libxsmm multiplies matrices stored column by column: theirs is C^T = B^T · A^T, so A and B change places.
libxsmm_smmfunction compile(const GemmShape& shape, int columns, float beta) {
    const float one = 1;
    const int flags = shape.a == Operand::Transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
    const int prefetch = LIBXSMM_PREFETCH_NONE;
    const libxsmm_smmfunction function = libxsmm_smmdispatch(columns, shape.rows, shape.depth, &shape.strideB,
                                                             &shape.strideA, &shape.strideC, &one, &beta, &flags,
                                                             &prefetch);
    if (function == nullptr) throw std::runtime_error("libxsmm generates no code here");
    return function;
}

}  // namespace

Gemm<float>::Gemm(const GemmShape& shape) : m_shape(shape), m_inner(laidOut(shape)) {
    const auto columns = static_cast<std::size_t>(shape.columns);
    const std::size_t panel = tuning().panel;
    for (std::size_t first = 0; first < columns; first += panel) {
        const auto width = static_cast<int>(std::min(panel, columns - first));
        const std::size_t offsetB =
            m_inner.b == Operand::Packed ? first * static_cast<std::size_t>(shape.depth) : first;
        m_panels.push_back({offsetB, first, compile(m_inner, width, 0), compile(m_inner, width, 1)});
    }
}

std::size_t Gemm<float>::bufferElements() const {
    const auto depth = static_cast<std::size_t>(m_shape.depth);
    const auto columns = static_cast<std::size_t>(m_shape.columns);
    if (m_inner.a != m_shape.a) return elementsOfA(m_shape) + packedElements(depth, columns);
    return m_inner.b != m_shape.b ? depth * columns : 0;
}

Gemm<float>::Operands Gemm<float>::layOut(const float* a, const float* b, float* buffer) const {
    const auto rows = static_cast<std::size_t>(m_shape.rows);
    const auto depth = static_cast<std::size_t>(m_shape.depth);
    const auto columns = static_cast<std::size_t>(m_shape.columns);
    const auto strideB = static_cast<std::size_t>(m_shape.strideB);
    if (m_inner.a != m_shape.a) {
        float* packed = buffer + elementsOfA(m_shape);
        transpose(a, {depth, rows, static_cast<std::size_t>(m_shape.strideA)}, buffer, depth);
        packPanels(b, depth, columns, strideB, packed);
        return {buffer, packed};
    }
    if (m_inner.b == m_shape.b) return {a, b};
    transpose(b, {columns, depth, strideB}, buffer, columns);
    return {a, buffer};
}

void Gemm<float>::operator()(const float* a, const float* b, float* c, float* buffer) const {
    const Operands operands = layOut(a, b, buffer);
    for (const Panel& panel : m_panels) panel.set(operands.b + panel.offsetB, operands.a, c + panel.offsetC);
}

void Gemm<float>::add(const float* a, const float* b, float* c, float* buffer) const {
    const Operands operands = layOut(a, b, buffer);
    for (const Panel& panel : m_panels) panel.add(operands.b + panel.offsetB, operands.a, c + panel.offsetC);
}

void Gemm<float>::store(const float* a, const float* b, const float* bias, float* c, float* buffer) const {
    if (bias == nullptr) return (*this)(a, b, c, buffer);
    const Extent all{static_cast<std::size_t>(m_shape.rows), static_cast<std::size_t>(m_shape.columns),
                     static_cast<std::size_t>(m_shape.strideC)};
    fillRows(bias, all, c);
    add(a, b, c, buffer);
}

std::size_t Gemm<float>::packedElements(std::size_t depth, std::size_t columns) {
    const std::size_t panel = tuning().panel;
    return (columns + panel - 1) / panel * panel * depth;
}

void Gemm<float>::pack(const float* b, std::size_t depth, std::size_t columns, Operand stored, float* packed) {
    if (stored == Operand::Plain) return packPanels(b, depth, columns, columns, packed);
    const std::size_t panel = tuning().panel;
    for (std::size_t first = 0; first < columns; first += panel)
        transpose(b + first * depth, {std::min(panel, columns - first), depth, depth}, packed + first * depth, panel);
}

}  // namespace vit::kernels
