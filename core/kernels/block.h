// SPDX-License-Identifier: GPL-3.0-or-later
// A transformer's encoder block over the tokens of one image, forwards and backwards: what it needs of memory, and the
// work itself. Whoever has many images gives each thread its scratch and its gradients and one image after the other.
#pragma once

#include "core/kernels/keep_bits.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace vit::kernels {

// x + attention(norm(x)), then x + mlp(norm(x)); the MLP is dense + GELU + dropout for each of its units, the
// last one without GELU if so chosen.
struct BlockShape {
    int tokens;              // N
    int width;               // D
    int heads;               // H
    int headSize;            // K
    std::vector<int> units;  // at least one; the last one equals D
    float epsilon;           // of both norms
    bool lastGelu = true;    // GELU follows the MLP's last layer too
};

// fp32 values: norm1 scale and shift [D], qkv weight [3HK, D] and bias [3HK], projection weight [D, HK] and bias [D],
// norm2 scale and shift [D], then weight [U, inputs] and bias [U] for each of the units.
using BlockParameters = std::vector<const float*>;

// The dropouts of the attention weights [B, H, N, N] and of each MLP layer [B, N, U].
struct BlockDropouts {
    Dropout attention;
    std::vector<Dropout> mlp;
};

enum class Arithmetic { Float32, Bfloat16 };  // what the products multiply; they always add in fp32

// What a block or one of its branches needs. Each block of memory begins on a cache line.
struct BlockMemory {
    std::vector<std::size_t> parameters;  // elements of each of the parameters
    std::size_t packed = 0;               // bytes of the weights as the products want them, once for all images
    std::size_t saved = 0;                // bytes that an image's forward pass leaves to its backward pass
    std::size_t scratch = 0;              // bytes of a thread

    std::size_t gradients() const;  // floats of a thread: all parameters, one after the other
};

// What all images share.
struct BlockCall {
    BlockParameters parameters;
    const std::byte* packed = nullptr;
    BlockDropouts dropouts;
};

class BlockKernel {
public:
    virtual ~BlockKernel() = default;

    virtual const BlockMemory& memory() const = 0;
    // Where in what is saved x + attention(norm(x)) is: float [N, D].
    virtual std::size_t attended() const = 0;

    // `backward` says whether gradients will be asked for.
    virtual void pack(const BlockParameters& parameters, bool backward, std::byte* packed) const = 0;

    // Image number `image` of its batch: [N, D] -> [N, D].
    virtual void forward(const BlockCall& call, std::int64_t image, const float* in, float* out, std::byte* saved,
                         std::byte* scratch) const = 0;

    // dIn = the gradient of `in`, given that of the output; adds to those of the parameters.
    virtual void backward(const BlockCall& call, std::int64_t image, const float* in, const float* dOut,
                          const std::byte* saved, float* dIn, float* gradients, std::byte* scratch) const = 0;
};

// Throws std::runtime_error where generated code cannot run.
std::unique_ptr<BlockKernel> makeBlockKernel(const BlockShape& shape, Arithmetic arithmetic);

}  // namespace vit::kernels
