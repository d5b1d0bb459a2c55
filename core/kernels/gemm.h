// SPDX-License-Identifier: GPL-3.0-or-later
// Matrix products of a fixed, small shape.
#pragma once

#include "core/kernels/bfloat16.h"

#include <cstddef>
#include <vector>

namespace vit::kernels {

struct AmxProduct;

// How an operand of a product is stored.
enum class Operand {
    Plain,       // as the product takes it, row by row
    Transposed,  // as its transpose, row by row
    Packed       // by Gemm::pack(); B only
};

// C [rows, columns] = A [rows, depth] · B [depth, columns]. The strides are those of the rows as stored.
struct GemmShape {
    int rows;
    int columns;
    int depth;
    int strideA;
    int strideB;  // of a packed B: unused
    int strideC;
    Operand a = Operand::Plain;
    Operand b = Operand::Plain;
};

// A product, compiled for its shape when it is made. E, float or Bfloat16, is the type of the operands; sums are fp32.
template <typename E>
class Gemm;

template <>
class Gemm<float> {
public:
    // Throws std::runtime_error where generated code cannot run.
    explicit Gemm(const GemmShape& shape);

    // C = A · B. The buffer has bufferElements() elements.
    void operator()(const float* a, const float* b, float* c, float* buffer) const;
    // C += A · B
    void add(const float* a, const float* b, float* c, float* buffer) const;
    // C = A · B, plus the bias in each row unless it is null, as C will be an operand again.
    void store(const float* a, const float* b, const float* bias, float* c, float* buffer) const;

    std::size_t bufferElements() const;  // for an operand that must be laid out anew

    // B [depth, columns], stored dense as itself or as its transpose, laid out as Operand::Packed.
    static std::size_t packedElements(std::size_t depth, std::size_t columns);
    static void pack(const float* b, std::size_t depth, std::size_t columns, Operand stored, float* packed);

private:
    using Function = void (*)(const float*, const float*, float*, ...);

    // A few neighbouring columns of B and C.
    struct Panel {
        std::size_t offsetB;
        std::size_t offsetC;
        Function set;
        Function add;
    };

    struct Operands {
        const float* a;
        const float* b;
    };

    GemmShape m_shape;
    GemmShape m_inner;  // the same product with operands laid out anew where that is faster
    std::vector<Panel> m_panels;

    Operands layOut(const float* a, const float* b, float* buffer) const;
};

// By the tile unit where the CPU has one, else by libxsmm with the vector unit's bf16 instructions.
template <>
class Gemm<Bfloat16> {
public:
    explicit Gemm(const GemmShape& shape);

    void operator()(const Bfloat16* a, const Bfloat16* b, float* c, Bfloat16* buffer) const;
    void add(const Bfloat16* a, const Bfloat16* b, float* c, Bfloat16* buffer) const;
    void store(const Bfloat16* a, const Bfloat16* b, const float* bias, Bfloat16* c, Bfloat16* buffer) const;

    std::size_t bufferElements() const;

    static std::size_t packedElements(std::size_t depth, std::size_t columns);
    static void pack(const float* b, std::size_t depth, std::size_t columns, Operand stored, Bfloat16* packed);

private:
    using Function = void (*)(const Bfloat16*, const Bfloat16*, float*);

    // libxsmm's code for a panel of B's columns. Where the result is stored rounded, fp32 sums lie dense before.
    struct Panel {
        Function set;
        Function add;
        Function sums;
    };
    // A, laid out anew if need be: its columns up to `depth`, and apart from them the rest, filled up with zeros.
    struct OperandA {
        const Bfloat16* values;
        std::size_t stride;
        std::size_t depth;
        const Bfloat16* rest;  // null if there is none
    };
    struct Operands {
        OperandA a;
        const Bfloat16* b;
    };

    GemmShape m_shape;
    bool m_tiles;
    std::vector<Panel> m_panels;  // none with tiles

    bool copiesA() const;  // all of it, filled up with zeros
    std::size_t elementsOfA() const;
    std::size_t elementsOfB() const;
    OperandA layOutA(const Bfloat16* a, Bfloat16* buffer) const;
    const Bfloat16* layOutB(const Bfloat16* b, Bfloat16* buffer) const;
    Operands layOut(const Bfloat16* a, const Bfloat16* b, Bfloat16* buffer) const;
    AmxProduct tiles(const Operands& operands) const;
    void runPanels(Function Panel::*function, const Operands& operands, float* c) const;
};

}  // namespace vit::kernels
