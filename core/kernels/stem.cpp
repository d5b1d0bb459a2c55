// SPDX-License-Identifier: GPL-3.0-or-later
// Each convolution as products of a few rows' neighbourhoods, which stay in the second-level cache, with its weights; what
// the norms take is kept, what they and the GELU give is made again.
#include "core/kernels/stem.h"

#include "core/kernels/activation.h"
#include "core/kernels/gemm.h"
#include "core/kernels/layer_norm.h"
#include "core/kernels/layout.h"
#include "core/kernels/neighbourhoods.h"
#include "core/kernels/pooling.h"
#include "core/kernels/precision.h"

#include <algorithm>

namespace vit::kernels {

namespace {

constexpr std::size_t kTaps = 9;
constexpr std::size_t kStripPixels = 64;

// The rows of an image that are multiplied at once: as many as divide it evenly and stay within a strip's pixels, an even
// number where squares are pooled.
std::size_t stripRows(std::size_t side, bool pools) {
    const std::size_t least = pools ? 2 : 1;
    std::size_t best = least;
    for (std::size_t rows = least; rows <= side && rows * side <= kStripPixels; rows += least)
        if (side % rows == 0) best = rows;
    return best;
}

Operand constexpr kPlain = Operand::Plain;

template <typename E>
class Stem : public ImageKernel {
public:
    explicit Stem(const StemShape& shape);

    const ImageMemory& memory() const override { return m_memory; }
    std::size_t inputs() const override { return m_channels * m_side * m_side; }
    std::size_t outputs() const override { return m_layers.back().outputs(); }
    void pack(const ImageParameters& parameters, bool backward, std::byte* packed) const override;
    void forward(const ImageCall& call, std::int64_t image, const float* in, float* out, std::byte* saved,
                 std::byte* scratch) const override;
    void backward(const ImageCall& call, std::int64_t image, const float* in, const float* dOut, const std::byte* saved,
                  float* dIn, float* gradients, std::byte* scratch) const override;

private:
    struct Layer {
        std::size_t side, in, out;  // pixels and channels that come in, channels that go out
        bool pools;
        std::size_t rows;       // of a strip
        Gemm<E> product;        // [strip, 9 in] · [9 in, out]
        Gemm<E> weightGradient; // [out, strip] · [strip, 9 in]
        Gemm<E> inputGradient;  // [strip, 9 out] · [9 out, in]; of the first layer nobody asks for it
        std::size_t parameter;  // the weight's number; bias, scale and shift follow
        std::size_t gradient;   // its place among the gradients
        std::size_t packed, packedBackward;
        std::size_t sums;       // saved: float [side' * side', out], before the norm
        std::size_t from;       // saved: of the pooling

        std::size_t strip() const { return rows * side; }
        std::size_t pixels() const { return side * side; }
        std::size_t pixelsOut() const { return pools ? pixels() / 4 : pixels(); }
        std::size_t outputs() const { return pixelsOut() * out; }
    };
    struct Scratch {
        std::size_t input;      // E, what a layer is given
        std::size_t columns;    // E, of a strip
        std::size_t strip;      // float, a strip's products
        std::size_t normed;     // float
        std::size_t gradient;   // float, of a layer's output
        std::size_t dSums;      // float, of what its norm was given
        std::size_t dProducts;  // E, of its products
        std::size_t operand;    // the products' buffer
    };

    std::size_t m_side;
    std::size_t m_channels;
    float m_epsilon;
    LayerNormKernels<float> m_norm = layerNormKernels<float>();
    ActivationKernels<float> m_gelu = activationKernels<float>(Activation::Gelu);
    std::vector<Layer> m_layers;
    ImageMemory m_memory;
    Scratch m_scratch;

    NormParameters norm(const Layer& layer, const ImageCall& call) const {
        return {call.parameters[layer.parameter + 2], call.parameters[layer.parameter + 3], layer.out, m_epsilon};
    }
    void layOutImage(const float* image, E* input, float* buffer) const;
    void activated(const Layer& layer, const ImageCall& call, const float* sums, float* out) const;
    const E* inputOf(std::size_t index, const ImageCall& call, const float* image, const std::byte* saved,
                     std::byte* scratch) const;
    void multiply(const Layer& layer, const ImageCall& call, const E* input, std::byte* saved, std::byte* scratch) const;
    const E* gradientOfProducts(const Layer& layer, const ImageCall& call, const std::byte* saved, float* gradients,
                                std::byte* scratch) const;
};

template <typename E>
Stem<E>::Stem(const StemShape& shape)
    : m_side(static_cast<std::size_t>(shape.side)),
      m_channels(static_cast<std::size_t>(shape.channels)),
      m_epsilon(shape.epsilon) {
    Layout packed, saved;
    std::size_t side = m_side, in = m_channels;
    std::size_t input = 0, columns = 0, strip = 0, normed = 0, products = 0, operand = 0;
    for (const StemLayer& wanted : shape.layers) {
        const auto out = static_cast<std::size_t>(wanted.width);
        const std::size_t rows = stripRows(side, wanted.pools);
        const auto m = static_cast<int>(rows * side), i = static_cast<int>(in), o = static_cast<int>(out);
        const int inColumns = 9 * i, outColumns = 9 * o;
        Layer layer{side, in, out, wanted.pools, rows,
                    Gemm<E>({m, o, inColumns, inColumns, 0, o, kPlain, Operand::Packed}),
                    Gemm<E>({o, inColumns, m, o, inColumns, inColumns, Operand::Transposed, kPlain}),
                    Gemm<E>({m, i, outColumns, outColumns, 0, i, kPlain, Operand::Packed}),
                    m_memory.parameters.size(), m_memory.gradients(), 0, 0, 0, 0};
        layer.packed = packed.add<E>(Gemm<E>::packedElements(kTaps * in, out));
        layer.packedBackward = packed.add<E>(Gemm<E>::packedElements(kTaps * out, in));
        layer.sums = saved.add<float>(layer.outputs());
        layer.from = saved.add<std::uint8_t>(wanted.pools ? layer.outputs() : 0);
        m_memory.parameters.insert(m_memory.parameters.end(), {out * kTaps * in, out, out, out});
        input = std::max(input, layer.pixels() * in);
        columns = std::max(columns, layer.strip() * kTaps * std::max(in, out));
        strip = std::max(strip, layer.strip() * out);
        normed = std::max({normed, layer.outputs(), layer.pixels() * in});
        products = std::max(products, layer.pixels() * out);
        for (const Gemm<E>* product : {&layer.product, &layer.weightGradient, &layer.inputGradient})
            operand = std::max(operand, product->bufferElements());
        m_layers.push_back(std::move(layer));
        if (wanted.pools) side /= 2;
        in = out;
    }
    m_memory.packed = packed.bytes();
    m_memory.saved = saved.bytes();

    Layout scratch;
    m_scratch.input = scratch.add<E>(input);
    m_scratch.columns = scratch.add<E>(columns);
    m_scratch.strip = scratch.add<float>(strip);
    m_scratch.normed = scratch.add<float>(normed);
    m_scratch.gradient = scratch.add<float>(normed);
    m_scratch.dSums = scratch.add<float>(normed);
    m_scratch.dProducts = scratch.add<E>(products);
    m_scratch.operand = scratch.add<E>(operand);
    m_memory.scratch = scratch.bytes();
}

template <typename E>
void Stem<E>::pack(const ImageParameters& parameters, bool backward, std::byte* packed) const {
    std::vector<float> turned;
    for (const Layer& layer : m_layers) {
        const float* weight = parameters[layer.parameter];
        Gemm<E>::pack(weight, kTaps * layer.in, layer.out, Operand::Transposed, at<E>(packed, layer.packed));
        if (!backward || &layer == &m_layers.front()) continue;
        // A pixel's gradient comes from its neighbours by the opposite taps: [9 out, in].
        turned.resize(kTaps * layer.out * layer.in);
        for (std::size_t tap = 0; tap < kTaps; ++tap)
            for (std::size_t o = 0; o < layer.out; ++o)
                std::copy_n(weight + (o * kTaps + kTaps - 1 - tap) * layer.in, layer.in,
                            turned.data() + (tap * layer.out + o) * layer.in);
        Gemm<E>::pack(turned.data(), kTaps * layer.out, layer.in, kPlain, at<E>(packed, layer.packedBackward));
    }
}

// [C, side, side] -> [side, side, C]
template <typename E>
void Stem<E>::layOutImage(const float* image, E* input, float* buffer) const {
    const std::size_t pixels = m_side * m_side;
    for (std::size_t c = 0; c < m_channels; ++c)
        for (std::size_t p = 0; p < pixels; ++p) buffer[p * m_channels + c] = image[c * pixels + p];
    storeRows(buffer, pixels, m_channels, input, m_channels);
}

template <typename E>
void Stem<E>::activated(const Layer& layer, const ImageCall& call, const float* sums, float* out) const {
    m_norm.forward(sums, layer.pixelsOut(), norm(layer, call), out);
    m_gelu.forward(out, layer.outputs(), {}, 1, out);
}

// What layer number `index` is given.
template <typename E>
const E* Stem<E>::inputOf(std::size_t index, const ImageCall& call, const float* image, const std::byte* saved,
                          std::byte* scratch) const {
    auto* input = at<E>(scratch, m_scratch.input);
    auto* normed = at<float>(scratch, m_scratch.normed);
    if (index == 0) {
        layOutImage(image, input, normed);
        return input;
    }
    const Layer& before = m_layers[index - 1];
    activated(before, call, at<float>(saved, before.sums), normed);
    storeRows(normed, before.pixelsOut(), before.out, input, before.out);
    return input;
}

template <typename E>
void Stem<E>::multiply(const Layer& layer, const ImageCall& call, const E* input, std::byte* saved,
                       std::byte* scratch) const {
    auto* columns = at<E>(scratch, m_scratch.columns);
    auto* operand = at<E>(scratch, m_scratch.operand);
    auto* sums = at<float>(saved, layer.sums);
    const E* weight = at<E>(call.packed, layer.packed);
    for (std::size_t row = 0; row < layer.side; row += layer.rows) {
        neighbourhoods(input, layer.side, layer.in, row, layer.rows, columns);
        if (!layer.pools) {
            layer.product(columns, weight, sums + row * layer.side * layer.out, operand);
            continue;
        }
        auto* strip = at<float>(scratch, m_scratch.strip);
        layer.product(columns, weight, strip, operand);
        const std::size_t place = row / 2 * (layer.side / 2) * layer.out;
        maxPool(strip, layer.rows, layer.side, layer.out, sums + place,
                at<std::uint8_t>(saved, layer.from) + place);
    }
    // The largest stays the largest with its bias.
    addRow(sums, call.parameters[layer.parameter + 1], layer.pixelsOut(), layer.out, sums);
}

template <typename E>
void Stem<E>::forward(const ImageCall& call, std::int64_t /*image*/, const float* in, float* out, std::byte* saved,
                      std::byte* scratch) const {
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        multiply(m_layers[i], call, inputOf(i, call, in, saved, scratch), saved, scratch);
    const Layer& last = m_layers.back();
    activated(last, call, at<float>(saved, last.sums), out);
}

// From the gradient of the layer's output, which lies in the scratch memory.
template <typename E>
const E* Stem<E>::gradientOfProducts(const Layer& layer, const ImageCall& call, const std::byte* saved,
                                     float* gradients, std::byte* scratch) const {
    const auto* sums = at<float>(saved, layer.sums);
    auto* normed = at<float>(scratch, m_scratch.normed);
    auto* dSums = at<float>(scratch, m_scratch.dSums);
    auto* dProducts = at<E>(scratch, m_scratch.dProducts);
    float* dBias = gradients + layer.gradient + layer.out * kTaps * layer.in;
    const std::size_t pixels = layer.pixelsOut();
    m_norm.forward(sums, pixels, norm(layer, call), normed);
    m_gelu.backward(normed, at<float>(scratch, m_scratch.gradient), layer.outputs(), {}, 1, normed, nullptr);
    std::fill_n(dSums, layer.outputs(), 0.0F);
    layerNormBackward(sums, normed, pixels, norm(layer, call), dSums, dBias + layer.out, dBias + 2 * layer.out);
    addColumnSums(dSums, {pixels, layer.out, layer.out}, dBias);
    if (layer.pools) maxPoolBackward(dSums, at<std::uint8_t>(saved, layer.from), layer.side, layer.side, layer.out, dProducts);
    else storeRows(dSums, pixels, layer.out, dProducts, layer.out);
    return dProducts;
}

template <typename E>
void Stem<E>::backward(const ImageCall& call, std::int64_t /*image*/, const float* in, const float* dOut,
                       const std::byte* saved, float* /*dIn*/, float* gradients, std::byte* scratch) const {
    auto* columns = at<E>(scratch, m_scratch.columns);
    auto* operand = at<E>(scratch, m_scratch.operand);
    auto* gradient = at<float>(scratch, m_scratch.gradient);
    std::copy_n(dOut, outputs(), gradient);
    for (std::size_t i = m_layers.size(); i-- > 0;) {
        const Layer& layer = m_layers[i];
        const E* dProducts = gradientOfProducts(layer, call, saved, gradients, scratch);
        const E* input = inputOf(i, call, in, saved, scratch);
        for (std::size_t row = 0; row < layer.side; row += layer.rows) {
            neighbourhoods(input, layer.side, layer.in, row, layer.rows, columns);
            layer.weightGradient.add(dProducts + row * layer.side * layer.out, columns, gradients + layer.gradient, operand);
            if (i == 0) continue;
            neighbourhoods(dProducts, layer.side, layer.out, row, layer.rows, columns);
            layer.inputGradient(columns, at<E>(call.packed, layer.packedBackward),
                                gradient + row * layer.side * layer.in, operand);
        }
    }
}

}  // namespace

std::unique_ptr<ImageKernel> makeStemKernel(const StemShape& shape, Arithmetic arithmetic) {
    if (arithmetic == Arithmetic::Bfloat16) return std::make_unique<Stem<Bfloat16>>(shape);
    return std::make_unique<Stem<float>>(shape);
}

}  // namespace vit::kernels
