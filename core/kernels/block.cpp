// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the two branches together.
#include "core/kernels/block.h"

#include "core/kernels/attention_branch.h"
#include "core/kernels/mlp_branch.h"

#include <algorithm>
#include <array>

namespace vit::kernels {

namespace {

// By the one element of the branch's dropout that is the image's.
float pathOf(const Dropout& dropout, std::int64_t image) {
    if (!dropout.drops()) return 1;
    std::array<std::byte, 64> bytes{};
    const KeepBits bits = makeKeepBits(dropout, image, 1, bytes.data());
    const bool kept = (bits.bytes[bits.first / 8] >> (bits.first % 8) & 1) != 0;
    return kept ? dropout.factor() : 0;
}

template <typename E>
class BlockKernelOf : public BlockKernel {
public:
    explicit BlockKernelOf(const BlockShape& shape) : m_attention(shape), m_mlp(shape) {
        const ImageMemory& first = m_attention.memory();
        const ImageMemory& second = m_mlp.memory();
        m_memory.parameters = first.parameters;
        m_memory.parameters.insert(m_memory.parameters.end(), second.parameters.begin(), second.parameters.end());
        m_memory.packed = first.packed + second.packed;
        Layout saved;
        saved.add<std::byte>(first.saved);
        m_elements = static_cast<std::size_t>(shape.tokens) * static_cast<std::size_t>(shape.width);
        m_attended = saved.add<float>(m_elements);
        m_savedMlp = saved.add<std::byte>(second.saved);
        m_memory.saved = saved.bytes();
        m_memory.scratch = std::max(first.scratch, second.scratch);
    }

    const ImageMemory& memory() const override { return m_memory; }
    std::size_t inputs() const override { return m_elements; }
    std::size_t outputs() const override { return m_elements; }
    std::size_t attended() const override { return m_attended; }

    void pack(const ImageParameters& parameters, bool backward, std::byte* packed) const override {
        m_attention.pack(parameters.data(), backward, packed);
        m_mlp.pack(parameters.data() + mlpParameters(), backward, packed + m_attention.memory().packed);
    }

    void forward(const ImageCall& call, std::int64_t image, const float* in, float* out, std::byte* saved,
                 std::byte* scratch) const override {
        auto* attended = at<float>(saved, m_attended);
        m_attention.forward(attentionCall(call, image), in, attended, saved, scratch);
        m_mlp.forward(mlpCall(call, image), attended, out, saved + m_savedMlp, scratch);
    }

    void backward(const ImageCall& call, std::int64_t image, const float* in, const float* dOut,
                  const std::byte* saved, float* dIn, float* gradients, std::byte* scratch) const override {
        std::copy_n(dOut, m_elements, dIn);
        m_mlp.backward(mlpCall(call, image), at<float>(saved, m_attended), saved + m_savedMlp, dIn,
                       gradients + m_attention.memory().gradients(), scratch);
        m_attention.backward(attentionCall(call, image), in, saved, dIn, gradients, scratch);
    }

private:
    AttentionBranch<E> m_attention;
    MlpBranch<E> m_mlp;
    ImageMemory m_memory;
    std::size_t m_elements;  // N * D
    std::size_t m_attended;
    std::size_t m_savedMlp;

    std::size_t mlpParameters() const { return m_attention.memory().parameters.size(); }
    BranchCall attentionCall(const ImageCall& call, std::int64_t image) const {
        return {call.parameters.data(), call.packed, call.dropouts.data(), image,
                pathOf(call.dropouts[call.dropouts.size() - 2], image)};
    }
    BranchCall mlpCall(const ImageCall& call, std::int64_t image) const {
        return {call.parameters.data() + mlpParameters(), call.packed + m_attention.memory().packed,
                call.dropouts.data() + 1, image, pathOf(call.dropouts.back(), image)};
    }
};

}  // namespace

std::unique_ptr<BlockKernel> makeBlockKernel(const BlockShape& shape, Arithmetic arithmetic) {
    if (arithmetic == Arithmetic::Bfloat16) return std::make_unique<BlockKernelOf<Bfloat16>>(shape);
    return std::make_unique<BlockKernelOf<float>>(shape);
}

}  // namespace vit::kernels
