// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a model that works on one image by itself, forwards and backwards: what it needs of memory, and the work.
// Whoever has many images gives each thread its scratch and its gradients and one image after the other.
#pragma once

#include "core/kernels/keep_bits.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vit::kernels {

enum class Arithmetic { Float32, Bfloat16 };  // what the products multiply; they always add in fp32

// fp32 values, one tensor after the other.
using ImageParameters = std::vector<const float*>;

// What a kernel, or a part of it, needs. Each block of memory begins on a cache line.
struct ImageMemory {
    std::vector<std::size_t> parameters;  // elements of each of the parameters
    std::size_t packed = 0;               // bytes of the weights as the products want them, once for all images
    std::size_t saved = 0;                // bytes that an image's forward pass leaves to its backward pass
    std::size_t scratch = 0;              // bytes of a thread

    std::size_t gradients() const;  // floats of a thread: all parameters, one after the other
};

// What all images share.
struct ImageCall {
    ImageParameters parameters;
    const std::byte* packed = nullptr;
    std::vector<Dropout> dropouts;
};

class ImageKernel {
public:
    virtual ~ImageKernel() = default;

    virtual const ImageMemory& memory() const = 0;
    virtual std::size_t inputs() const = 0;   // floats of an image
    virtual std::size_t outputs() const = 0;  // likewise

    // `backward` says whether gradients will be asked for.
    virtual void pack(const ImageParameters& parameters, bool backward, std::byte* packed) const = 0;

    // Image number `image` of its batch.
    virtual void forward(const ImageCall& call, std::int64_t image, const float* in, float* out, std::byte* saved,
                         std::byte* scratch) const = 0;

    // dIn = the gradient of `in`, given that of the output, unless it is null; adds to those of the parameters.
    virtual void backward(const ImageCall& call, std::int64_t image, const float* in, const float* dOut,
                          const std::byte* saved, float* dIn, float* gradients, std::byte* scratch) const = 0;
};

}  // namespace vit::kernels
