// SPDX-License-Identifier: GPL-3.0-or-later
// The forward pass, node by node, as core/model computes it in evaluation.
#include "core/export/onnx_export.h"

#include "core/config/wave_positions.h"
#include "core/io/onnx_graph.h"

#include <cmath>
#include <numbers>

namespace vit {

namespace {

using Ints = std::vector<std::int64_t>;

class Exporter {
public:
    explicit Exporter(const TrainedWeights& weights) : m_weights(weights), m_model(weights.config().model) {}

    std::string file() {
        const std::int64_t channels = m_weights.description().input().channels;
        m_graph.input("pixels", {"batch", channels, "height", "width"}, "Pixel values 0 to 255");
        addConstants();
        std::string tokens = encode(resize(normalize("pixels", channels)));
        for (std::int64_t i = 0; i < m_model.layers; ++i) tokens = block("blocks." + std::to_string(i), tokens);
        head(summarize(tokens));
        m_graph.node("Softmax", "probabilities", {"logits"}, {{"axis", std::int64_t{-1}}});
        m_graph.output("logits", {"batch", m_weights.classes()}, "Before the softmax");
        m_graph.output("probabilities", {"batch", m_weights.classes()}, "Their softmax");

        auto metadata = m_weights.metadata();
        metadata["input"] =
            "pixels: float32 [batch, channels, height, width], values 0 to 255; normalisation and resizing "
            "to image_size are part of the model";
        metadata["preprocessing"] =
            photoSentence(m_weights.config().data, m_model.inputSize()) +
            ", as float32 NCHW with values 0 to 255. The model itself subtracts 255 * mean, divides by 255 * std and resizes to image_size (bilinear, "
            "half-pixel centres, no antialiasing).";
        return m_graph.file("vit_workbench", "ViT Workbench", VIT_VERSION, metadata);
    }

private:
    const TrainedWeights& m_weights;
    const ModelConfig& m_model;
    OnnxGraph m_graph;

    void addConstants() {
        const auto scalar = [this](const std::string& name, double value) {
            const auto number = static_cast<float>(value);
            m_graph.weights(name, {}, std::span(&number, 1));
        };
        scalar("half", 0.5);
        scalar("one", 1);
        scalar("root_of_two", std::numbers::sqrt2);
        if (m_model.activation == Activation::QuickGelu) scalar("quick_gelu", 1.702);
        if (m_model.activation == Activation::GeluTanh) {
            scalar("tanh_scale", std::sqrt(2 / std::numbers::pi));
            scalar("tanh_cube", 0.044715);
        }
        scalar("query_scale", 1 / std::sqrt(static_cast<double>(m_model.keyDim)));
        const std::int64_t width = m_model.heads * m_model.keyDim;
        m_graph.integers("thirds", Ints{width, width, width});
        if (m_model.norm == NormType::RmsNorm) scalar("norm_epsilon", m_model.normEpsilon);
        if (m_model.localAttention) forbidItself();
        m_graph.integers("split_heads", Ints{0, m_weights.tokens(), m_model.heads, m_model.keyDim});
        m_graph.integers("merge_heads", Ints{0, m_weights.tokens(), width});
    }

    // [N, N], added to scores so that no token attends to itself.
    void forbidItself() {
        constexpr float kNever = -1e30F;
        const std::int64_t tokens = m_weights.tokens();
        std::vector<float> values(static_cast<std::size_t>(tokens * tokens), 0.0F);
        for (std::int64_t i = 0; i < tokens; ++i) values[static_cast<std::size_t>(i * (tokens + 1))] = kNever;
        m_graph.weights("not_itself", Ints{tokens, tokens}, values);
    }

    std::string parameter(const std::string& name) {
        const ParameterRow& row = m_weights.row(name);
        return m_graph.weights(name, row.shape, m_weights.values(row));
    }

    std::string normalize(const std::string& pixels, std::int64_t channels) {
        const std::vector<double> means = m_weights.mean(), deviations = m_weights.deviation();
        const std::vector<float> mean(means.begin(), means.end()), deviation(deviations.begin(), deviations.end());
        const Ints shape = {1, channels, 1, 1};
        const std::string centred =
            m_graph.node("Sub", "input.centred", {pixels, m_graph.weights("input.mean", shape, mean)});
        return m_graph.node("Div", "input.normalized", {centred, m_graph.weights("input.deviation", shape, deviation)});
    }

    std::string resize(const std::string& images) {
        const std::string sizes = m_graph.integers("input.sizes", Ints{m_model.inputSize().height, m_model.inputSize().width});
        // No antialiasing and half-pixel centres are the operator's defaults.
        return m_graph.node("Resize", "input.resized", {images, "", "", sizes},
                            {{"mode", "linear"}, {"axes", Ints{2, 3}}});  // [B, C, H, W]
    }

    std::string kernel(const std::string& name) {
        const auto convolution = m_weights.convolution(m_weights.row(name));
        return m_graph.weights(name, convolution->shape, convolution->values);
    }

    // A 3×3 convolution that keeps the image's size, in so many groups of channels.
    std::string convolve(const std::string& name, const std::string& images, std::int64_t groups) {
        return m_graph.node("Conv", name, {images, kernel(name + ".weight"), parameter(name + ".bias")},
                            {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}, {"group", groups}});
    }

    std::string turned(const std::string& name, const std::string& input, const Ints& order) {
        return m_graph.node("Transpose", name, {input}, {{"perm", order}});
    }

    // [B, C, H, W] -> [B, O, H', W']
    std::string stem(std::string images) {
        for (std::size_t i = 0; i < m_model.stemWidths.size(); ++i) {
            const std::string number = std::to_string(i + 1), layer = "stem.conv" + number, normed = "stem.norm" + number;
            images = convolve(layer, images, 1);
            if (stemHalvesAfter(m_model, i)) {
                images = m_graph.node("MaxPool", layer + ".pooled", {images},
                                      {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
            }
            const std::string pixels = turned(normed + ".pixels", images, {0, 2, 3, 1});  // [B, H', W', O]
            images = turned(normed + ".channels", gelu(layer + ".gelu", norm(normed, pixels)), {0, 3, 1, 2});
        }
        return images;
    }

    // A convolution of each unit of [B, N, U] over the grid of patches; a class token passes.
    std::string convolveTokens(const std::string& name, const std::string& tokens) {
        const GridSize places = m_model.grid();
        const std::int64_t units = m_model.mlpUnits.front();
        const std::int64_t others = m_weights.tokens() - m_weights.patches();
        std::string patches = tokens;
        if (others > 0) {
            const std::string parts = m_graph.integers(name + ".parts", Ints{others, m_weights.patches()});
            patches = name + ".patches";
            m_graph.node("Split", name + ".split", {tokens, parts}, {{"axis", std::int64_t{1}}},
                         {name + ".others", patches});
        }
        const std::string channels = turned(name + ".channels", patches, {0, 2, 1});
        const std::string grid = m_graph.node(
            "Reshape", name + ".grid",
            {channels, m_graph.integers(name + ".grid_shape", Ints{0, units, places.rows, places.columns})});
        const std::string sums = convolve(name, grid, units);
        const std::string rows = m_graph.node(
            "Reshape", name + ".rows",
            {sums, m_graph.integers(name + ".rows_shape", Ints{0, units, m_weights.patches()})});
        const std::string convolved = turned(name + ".tokens", rows, {0, 2, 1});
        if (others == 0) return convolved;
        return m_graph.node("Concat", name + ".all", {name + ".others", convolved}, {{"axis", std::int64_t{1}}});
    }

    // Patches of the image and of four that are moved, normalised and projected.
    std::string shiftedPatches(const std::string& images) {
        const std::int64_t patch = cutPatchSize(m_model), moved = patch / 2;
        const ImageSize size = m_model.inputSize();
        const std::int64_t height = size.height / stemFactor(m_model), width = size.width / stemFactor(m_model);
        const GridSize places = m_model.grid();
        const std::string wide = m_graph.node(
            "Pad", "patch_embed.wide",
            {images, m_graph.integers("patch_embed.borders", Ints{0, 0, moved, moved, 0, 0, moved, moved})});
        std::vector<std::string> all = {images};
        for (const std::int64_t down : {2 * moved, std::int64_t{0}}) {
            for (const std::int64_t right : {2 * moved, std::int64_t{0}}) {
                const std::string name = "patch_embed.moved" + std::to_string(all.size());
                all.push_back(m_graph.node("Slice", name,
                                           {wide, m_graph.integers(name + ".from", Ints{down, right}),
                                            m_graph.integers(name + ".to", Ints{down + height, right + width}),
                                            m_graph.integers(name + ".axes", Ints{2, 3})}));
            }
        }
        const std::string together = m_graph.node("Concat", "patch_embed.all", all, {{"axis", std::int64_t{1}}});
        const std::int64_t elements = m_weights.row("patch_embed.proj.weight").shape[1], channels = elements / patch / patch;
        const std::string cut = m_graph.node(
            "Reshape", "patch_embed.cut",
            {together, m_graph.integers("patch_embed.cut_shape", Ints{0, channels, places.rows, patch, places.columns, patch})});
        const std::string patches = m_graph.node(
            "Reshape", "patch_embed.patches",
            {turned("patch_embed.turned", cut, {0, 2, 4, 3, 5, 1}),
             m_graph.integers("patch_embed.patches_shape", Ints{0, m_weights.patches(), elements})});
        return dense("patch_embed.proj", norm("patch_embed.norm", patches));
    }

    // [B, C, H, W] -> [B, N, D]
    std::string embedding(const std::string& images) {
        if (m_model.shiftedPatches) return shiftedPatches(images);
        const std::int64_t dim = m_model.projectionDim;
        const std::int64_t patch = cutPatchSize(m_model);
        const std::string grid = m_graph.node(
            "Conv", "patch_embed.grid",
            {images, kernel("patch_embed.proj.weight"), parameter("patch_embed.proj.bias")},
            {{"kernel_shape", Ints{patch, patch}}, {"strides", Ints{patch, patch}}});  // [B, D, rows, columns]
        const std::string rows = m_graph.node(
            "Reshape", "patch_embed.rows",
            {grid, m_graph.integers("patch_embed.shape", Ints{0, dim, m_weights.patches()})});  // [B, D, N]
        return turned("patch_embed.tokens", rows, {0, 2, 1});
    }

    std::string encode(const std::string& images) {
        std::string tokens = embedding(stem(images));
        if (m_model.registers > 0) tokens = prepend("reg_token", m_model.registers, tokens);
        if (hasClassToken(m_weights.config().head)) tokens = prepend("cls_token", 1, tokens);
        tokens = placed(tokens);
        return m_model.preNorm ? norm("norm_pre", tokens) : tokens;
    }

    std::string placed(const std::string& tokens) {
        const std::int64_t dim = m_model.projectionDim;
        switch (m_model.positions) {
            case PositionType::Learned:
            case PositionType::LearnedRotary: return m_graph.node("Add", "encoding", {tokens, learnedPositions()});
            case PositionType::SineCosine: {
                const auto waves = wavePositions(m_model.grid(), dim, m_weights.tokens() - m_weights.patches());
                const std::string positions = m_graph.weights("positions", Ints{m_weights.tokens(), dim}, waves);
                return m_graph.node("Add", "encoding", {tokens, positions});
            }
            case PositionType::Rotary:  // in the blocks
            case PositionType::Relative:
            case PositionType::None: break;
        }
        return tokens;
    }

    // Of all tokens: zeros for registers that have none.
    std::string learnedPositions() {
        const ParameterRow& row = m_weights.row("pos_embed");
        const std::int64_t dim = m_model.projectionDim, missing = m_weights.tokens() - row.shape[0];
        if (missing == 0) return parameter("pos_embed");
        const auto stored = m_weights.values(row);
        std::vector<float> values(stored.begin(), stored.end());
        const std::int64_t before = m_weights.tokens() - m_weights.patches() - missing;
        values.insert(values.begin() + before * dim, static_cast<std::size_t>(missing * dim), 0.0F);
        return m_graph.weights("pos_embed", Ints{m_weights.tokens(), dim}, values);
    }

    // `count` learned tokens before those of every image.
    std::string prepend(const std::string& name, std::int64_t count, const std::string& tokens) {
        const std::int64_t dim = m_model.projectionDim;
        const std::string batch =
            m_graph.node("Shape", name + ".batch", {tokens}, {{"start", std::int64_t{0}}, {"end", std::int64_t{1}}});
        const std::string shape =
            m_graph.node("Concat", name + ".shape", {batch, m_graph.integers(name + ".own", Ints{count, dim})},
                         {{"axis", std::int64_t{0}}});
        const std::string repeated = m_graph.node("Expand", name + ".repeated", {parameter(name), shape});  // [B, count, D]
        return m_graph.node("Concat", name + ".tokens", {repeated, tokens}, {{"axis", std::int64_t{1}}});
    }

    std::string norm(const std::string& name, const std::string& tokens) {
        if (findParameter(m_weights.plan(), name + ".bias") == nullptr) return rootMeanSquareNorm(name, tokens);
        return m_graph.node("LayerNormalization", name,
                            {tokens, parameter(name + ".weight"), parameter(name + ".bias")},
                            {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(m_model.normEpsilon)}});
    }

    // Of the operators that every version has.
    std::string rootMeanSquareNorm(const std::string& name, const std::string& tokens) {
        const std::string squares = m_graph.node("Mul", name + ".squares", {tokens, tokens});
        const std::string mean =
            m_graph.node("ReduceMean", name + ".mean", {squares, m_graph.integers(name + ".axis", Ints{-1})});
        const std::string root =
            m_graph.node("Sqrt", name + ".root", {m_graph.node("Add", name + ".above_zero", {mean, "norm_epsilon"})});
        return m_graph.node("Mul", name, {m_graph.node("Div", name + ".unit", {tokens, root}), parameter(name + ".weight")});
    }

    // [B, N, inputs] -> [B, N, outputs]; MatMul wants the kernel as [inputs, outputs].
    std::string dense(const std::string& name, const std::string& input) {
        const ParameterRow& row = m_weights.row(name + ".weight");
        const std::int64_t outputs = row.shape[0], inputs = row.shape[1];
        const auto stored = m_weights.values(row);
        std::vector<float> kernel(stored.size());
        for (std::int64_t o = 0; o < outputs; ++o) {
            for (std::int64_t i = 0; i < inputs; ++i) {
                kernel[static_cast<std::size_t>(i * outputs + o)] = stored[static_cast<std::size_t>(o * inputs + i)];
            }
        }
        const std::string product = m_graph.node(
            "MatMul", name + ".product", {input, m_graph.weights(name + ".weight", Ints{inputs, outputs}, kernel)});
        if (findParameter(m_weights.plan(), name + ".bias") == nullptr) return product;
        return m_graph.node("Add", name, {product, parameter(name + ".bias")});
    }

    // x * (1 + erf(x / sqrt 2)) / 2: a Gelu operator came only with operator set 20.
    std::string gelu(const std::string& name, const std::string& x) {
        const std::string scaled = m_graph.node("Div", name + ".scaled", {x, "root_of_two"});
        const std::string shifted =
            m_graph.node("Add", name + ".shifted", {m_graph.node("Erf", name + ".erf", {scaled}), "one"});
        const std::string product = m_graph.node("Mul", name + ".product", {x, shifted});
        return m_graph.node("Mul", name, {product, "half"});
    }

    std::string timesSigmoid(const std::string& name, const std::string& x, const std::string& within) {
        return m_graph.node("Mul", name, {x, m_graph.node("Sigmoid", name + ".gate", {within})});
    }

    // As core/model/parts/activation.
    std::string activated(const std::string& name, const std::string& x) {
        switch (m_model.activation) {
            case Activation::Gelu: return gelu(name, x);
            case Activation::GeluTanh: {  // x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2
                const std::string square = m_graph.node("Mul", name + ".square", {x, x});
                const std::string factor = m_graph.node(
                    "Add", name + ".factor", {m_graph.node("Mul", name + ".cube", {square, "tanh_cube"}), "one"});
                const std::string within = m_graph.node(
                    "Mul", name + ".within", {m_graph.node("Mul", name + ".sum", {x, factor}), "tanh_scale"});
                const std::string shifted =
                    m_graph.node("Add", name + ".shifted", {m_graph.node("Tanh", name + ".tanh", {within}), "one"});
                return m_graph.node("Mul", name, {m_graph.node("Mul", name + ".product", {x, shifted}), "half"});
            }
            case Activation::QuickGelu:
                return timesSigmoid(name, x, m_graph.node("Mul", name + ".scaled", {x, "quick_gelu"}));
            case Activation::Silu: return timesSigmoid(name, x, x);
        }
        return {};
    }

    // The first half of [B, N, 2 * units], activated, times the second.
    std::string gated(const std::string& name, const std::string& x) {
        const std::int64_t units = m_model.mlpUnits.front();
        const std::vector<std::string> halves = {name + ".first", name + ".second"};
        m_graph.node("Split", name + ".split", {x, m_graph.integers(name + ".halves", Ints{units, units})},
                     {{"axis", std::int64_t{-1}}}, halves);
        return m_graph.node("Mul", name, {activated(name + ".activated", halves[0]), halves[1]});
    }

    // Queries or keys [B, N, H, K] with those of patches turned by the angles of their places.
    std::string turnedByPlace(const std::string& name, const std::string& heads) {
        const std::int64_t patches = m_weights.patches(), others = m_weights.tokens() - patches, width = m_model.keyDim;
        const auto angles = rotaryAngles(m_model);
        std::vector<float> cosine(static_cast<std::size_t>(others * width), 1), sine(cosine.size(), 0);
        for (std::size_t i = 0; i < angles.size(); ++i) {
            cosine.push_back(std::cos(angles[i]));
            // The numbers below are swapped by halves: the first of a pair is the second one's negative.
            const bool first = static_cast<std::int64_t>(i) % width < width / 2;
            sine.push_back(first ? -std::sin(angles[i]) : std::sin(angles[i]));
        }
        const Ints shape = {m_weights.tokens(), 1, width};
        const std::vector<std::string> halves = {name + ".first", name + ".second"};
        m_graph.node("Split", name + ".split", {heads, m_graph.integers(name + ".halves", Ints{width / 2, width / 2})},
                     {{"axis", std::int64_t{-1}}}, halves);
        const std::string swapped =
            m_graph.node("Concat", name + ".swapped", {halves[1], halves[0]}, {{"axis", std::int64_t{-1}}});
        return m_graph.node("Add", name,
                            {m_graph.node("Mul", name + ".straight", {heads, m_graph.weights(name + ".cosine", shape, cosine)}),
                             m_graph.node("Mul", name + ".across", {swapped, m_graph.weights(name + ".sine", shape, sine)})});
    }

    std::string attention(const std::string& name, const std::string& tokens) {
        const std::string all = dense(name + ".qkv", tokens);
        const std::vector<std::string> parts = {name + ".q", name + ".k", name + ".v"};
        m_graph.node("Split", name + ".split", {all, "thirds"}, {{"axis", std::int64_t{-1}}}, parts);
        const auto perHead = [&](std::size_t part, const std::string& what, const Ints& order) {
            std::string shaped =
                m_graph.node("Reshape", name + "." + what + ".shaped", {parts[part], "split_heads"});  // [B, N, H, K]
            if (m_model.qkNorm && part < 2) shaped = norm(name + (part == 0 ? ".q_norm" : ".k_norm"), shaped);
            if (turnsByPlace(m_model) && part < 2)
                shaped = turnedByPlace(name + "." + what + ".turned", shaped);
            return m_graph.node("Transpose", name + "." + what, {shaped}, {{"perm", order}});
        };
        const std::string sharpness =
            m_model.localAttention
                ? m_graph.weights(name + ".scale", Ints{m_model.heads, 1, 1}, m_weights.values(m_weights.row(name + ".scale")))
                : "query_scale";
        const std::string query = m_graph.node("Mul", name + ".query.scaled",
                                               {perHead(0, "query", {0, 2, 1, 3}), sharpness});  // [B, H, N, K]
        const std::string key = perHead(1, "key", {0, 2, 3, 1});                                     // [B, H, K, N]
        std::string scores = m_graph.node("MatMul", name + ".scores", {query, key});                 // [B, H, N, N]
        if (m_model.positions == PositionType::Relative)
            scores = m_graph.node("Add", name + ".preferred", {scores, preferences(name)});
        if (m_model.localAttention) scores = m_graph.node("Add", name + ".others", {scores, "not_itself"});
        const std::string shares = m_graph.node("Softmax", name + ".shares", {scores}, {{"axis", std::int64_t{-1}}});
        const std::string mixed = m_graph.node("MatMul", name + ".mixed", {shares, perHead(2, "value", {0, 2, 1, 3})});
        const std::string turned = m_graph.node("Transpose", name + ".turned", {mixed}, {{"perm", Ints{0, 2, 1, 3}}});
        const std::string merged = m_graph.node("Reshape", name + ".merged", {turned, "merge_heads"});  // [B, N, H*K]
        return dense(name + ".proj", m_model.attentionNorm ? norm(name + ".norm", merged) : merged);
    }

    // Of each head for each pair of tokens: [H, N, N].
    std::string preferences(const std::string& name) {
        const ParameterRow& row = m_weights.row(name + ".relative_position_bias_table");
        const auto table = m_weights.values(row);
        const std::int64_t tokens = m_weights.tokens(), heads = m_model.heads;
        const auto places = relativePlacesOf(m_model.grid(), tokens - m_weights.patches());
        std::vector<float> values;
        for (std::int64_t head = 0; head < heads; ++head)
            for (const std::int64_t place : places)
                values.push_back(place < 0 ? 0 : table[static_cast<std::size_t>(place * heads + head)]);
        return m_graph.weights(row.name, Ints{heads, tokens, tokens}, values);
    }

    // What a branch is given of the tokens.
    std::string given(const std::string& norm1or2, const std::string& tokens) {
        return m_model.normPlace == NormPlace::Before ? norm(norm1or2, tokens) : tokens;
    }

    // The branch's output normalised, if its norm comes after it, and by its factors, if it has some.
    std::string finished(const std::string& norm1or2, const std::string& scale, std::string branch) {
        if (m_model.normPlace == NormPlace::After) branch = norm(norm1or2, branch);
        if (m_model.layerScale <= 0) return branch;
        return m_graph.node("Mul", scale, {branch, parameter(scale + ".gamma")});
    }

    std::string block(const std::string& name, const std::string& tokens) {
        const std::string branch = attention(name + ".attn", given(name + ".norm1", tokens));
        const std::string attended =
            m_graph.node("Add", name + ".attention", {tokens, finished(name + ".norm1", name + ".ls1", branch)});
        std::string hidden = given(name + ".norm2", attended);
        for (std::size_t i = 0; i < m_model.mlpUnits.size(); ++i) {
            const std::string layer = name + ".mlp.fc" + std::to_string(i + 1);
            hidden = dense(layer, hidden);
            if (i == 0 && m_model.mlpDepthwise) hidden = convolveTokens(name + ".mlp.dw", hidden);
            if (i == 0 && m_model.mlpGated) hidden = gated(layer + ".gated", hidden);
            else if (m_model.mlpLastGelu || i + 1 < m_model.mlpUnits.size()) hidden = activated(layer + ".gelu", hidden);
            if (i == 0 && m_model.mlpNorm) hidden = norm(name + ".mlp.norm", hidden);
        }
        return m_graph.node("Add", name + ".output", {attended, finished(name + ".norm2", name + ".ls2", hidden)});
    }

    // Some of the tokens, from number `begin` up to `end`.
    std::string slice(const std::string& name, const std::string& tokens, std::int64_t begin, std::int64_t end) {
        return m_graph.node("Slice", name,
                            {tokens, m_graph.integers(name + ".begin", Ints{begin}), m_graph.integers(name + ".end", Ints{end}),
                             m_graph.integers(name + ".axis", Ints{1})});
    }

    std::string patches(const std::string& tokens) {
        const std::int64_t all = m_weights.tokens(), others = all - m_weights.patches();
        return others == 0 ? tokens : slice("patches", tokens, others, all);
    }

    std::string average(const std::string& name, const std::string& tokens) {
        return m_graph.node("ReduceMean", name, {patches(tokens), m_graph.integers("token_axis", Ints{1})},
                            {{"keepdims", std::int64_t{0}}});
    }

    std::string classToken(const std::string& name, const std::string& tokens) {
        return m_graph.node("Gather", name, {tokens, m_graph.integer("first_token", 0)}, {{"axis", std::int64_t{1}}});
    }

    std::string flat(const std::string& tokens) {
        return m_graph.node("Flatten", "features", {tokens}, {{"axis", std::int64_t{1}}});
    }

    // The tokens after the last block -> [B, F]
    std::string summarize(const std::string& tokens) {
        const HeadType type = m_weights.config().head.type;
        if (type == HeadType::NormedAverage) return norm("norm", average("average", tokens));
        const std::string normed = norm("norm", tokens);
        switch (type) {
            case HeadType::Flatten: return flat(patches(normed));
            case HeadType::GlobalAveragePooling: return average("features", normed);
            case HeadType::ClassToken: return classToken("features", normed);
            case HeadType::ClassTokenAndAverage:
                return m_graph.node("Concat", "features", {classToken("first", normed), average("average", normed)},
                                    {{"axis", std::int64_t{-1}}});
            case HeadType::PrefixTokens:
                return flat(slice("prefix", normed, 0, m_weights.tokens() - m_weights.patches()));
            case HeadType::AttentionPooling: return pooled("attn_pool", normed);
            case HeadType::NormedAverage: break;
        }
        return {};
    }

    // As core/model/parts/attention_pooling; the query is the same for every image.
    std::string pooled(const std::string& name, const std::string& tokens) {
        const std::int64_t dim = m_model.projectionDim, heads = m_model.heads, width = dim / heads;
        const std::string query = dense(name + ".q", parameter(name + ".latent"));  // [1, D]
        const std::string asked = m_graph.node(
            "Reshape", name + ".query", {query, m_graph.integers(name + ".query_shape", Ints{1, heads, 1, width})});
        const float factor = static_cast<float>(1 / std::sqrt(static_cast<double>(width)));
        const std::string scaledQuery = m_graph.node(
            "Mul", name + ".query_scaled", {asked, m_graph.weights(name + ".query_factor", {}, std::span(&factor, 1))});
        const std::vector<std::string> parts = {name + ".k", name + ".v"};
        m_graph.node("Split", name + ".split",
                     {dense(name + ".kv", tokens), m_graph.integers(name + ".halves", Ints{dim, dim})},
                     {{"axis", std::int64_t{-1}}}, parts);
        const auto perHead = [&](const std::string& part, const Ints& order) {
            const std::string shaped = m_graph.node(
                "Reshape", part + ".shaped",
                {part, m_graph.integers(part + ".shape", Ints{0, m_weights.tokens(), heads, width})});
            return turned(part + ".turned", shaped, order);
        };
        const std::string scores =
            m_graph.node("MatMul", name + ".scores", {scaledQuery, perHead(parts[0], {0, 2, 3, 1})});  // [B, H, 1, N]
        const std::string shares = m_graph.node("Softmax", name + ".shares", {scores}, {{"axis", std::int64_t{-1}}});
        const std::string mixed = m_graph.node("MatMul", name + ".mixed", {shares, perHead(parts[1], {0, 2, 1, 3})});
        const std::string found = dense(
            name + ".proj", m_graph.node("Reshape", name + ".merged",
                                         {mixed, m_graph.integers(name + ".merged_shape", Ints{0, dim})}));  // [B, D]
        const std::string hidden = dense(name + ".mlp.fc1", norm(name + ".norm", found));
        return m_graph.node("Add", "features", {found, dense(name + ".mlp.fc2", activated(name + ".mlp.gelu", hidden))});
    }

    // [B, F] -> "logits"
    void head(std::string features) {
        const std::size_t hidden = m_weights.config().head.units.size();
        for (std::size_t i = 0; i <= hidden; ++i) {
            const std::string name = "head." + std::to_string(i);
            const bool last = i == hidden;
            const std::string sums = m_graph.node(
                "Gemm", last ? "logits" : name,
                {features, parameter(name + ".weight"), parameter(name + ".bias")},
                {{"transB", std::int64_t{1}}});
            features = last ? sums : gelu(name + ".gelu", sums);
        }
    }
};

}  // namespace

std::string onnxModel(const TrainedWeights& weights) {
    return Exporter(weights).file();
}

}  // namespace vit
