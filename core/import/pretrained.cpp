// SPDX-License-Identifier: GPL-3.0-or-later
// From common names and shapes to a configuration, and to the engine's weights.
#include "core/import/pretrained.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/utf8.h"
#include "core/config/field_check.h"
#include "core/config/parameter_plan.h"
#include "core/config/schema.h"
#include "core/config/wave_positions.h"
#include "core/import/array_shapes.h"
#include "core/import/class_names.h"
#include "core/import/family.h"
#include "core/import/imported_model.h"
#include "core/import/patch_kernel.h"
#include "core/import/positions.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vit {

namespace {

using Shape = std::vector<std::int64_t>;

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
    return text;
}

std::int64_t count(const Shape& shape) {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
}

FloatArray zeros(Shape shape) {
    FloatArray array{std::move(shape), {}};
    array.values.assign(static_cast<std::size_t>(count(array.shape)), 0.0F);
    return array;
}

// Behind one another along the first axis.
FloatArray joined(const std::vector<FloatArray>& parts) {
    FloatArray all{parts.front().shape, {}};
    all.shape.front() = 0;
    for (const FloatArray& part : parts) {
        all.shape.front() += part.shape.front();
        all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    }
    return all;
}

class Assembly {
public:
    Assembly(const Family& family, SourceWeights source, const ImportHints& hints)
        : m_facts(family.facts(source)), m_hints(hints), m_config(configOfHints(hints)) {
        m_common = family.translate(source, m_leftOut);
        m_familyName = family.name;
        m_file = source.file;
        m_format = source.format;
        for (const auto& [name, tensor] : source.tensors) m_unknown.push_back(name);
    }

    ImportedModel model() {
        refuseUnknown();
        findPatches();
        findTokens();
        findBlocks();
        findHead();
        findPhotos();
        if (!m_questions.empty()) throw InvalidInput(m_questions);
        ImportedModel model;
        model.origin = std::string(m_familyName) + " weights (" + m_format + "), " + m_file.string();
        describe(model.description);
        m_config.data.name = model.description.dataset;
        if (Issues issues = validate(m_config); !issues.empty()) throw InvalidInput(std::move(issues));
        place(model);
        model.config = m_config;
        model.notes = std::move(m_notes);
        return model;
    }

private:
    SourceFacts m_facts;
    const ImportHints& m_hints;
    Config m_config;
    CommonWeights m_common;
    const char* m_familyName = "";
    std::filesystem::path m_file;
    std::string m_format;
    std::vector<std::string> m_leftOut, m_unknown, m_notes;
    Issues m_questions;  // what only a person can tell
    std::map<std::string, FloatArray> m_weights;
    std::int64_t m_channels = 3;
    std::int64_t m_classes = 0;
    bool m_fcNorm = false;    // the final norm comes after the pooling
    bool m_headless = false;  // the file tells no classes apart

    bool has(const std::string& name) const { return m_common.contains(name); }
    bool isAssigned(const char* key) const { return m_hints.assigned.contains(key); }

    [[noreturn]] static void refuse(const std::string& reason) {
        throw InvalidInput("These are no weights of a Vision Transformer that this program knows: " + reason + ".");
    }

    const Shape& shapeOf(const std::string& name, std::size_t axes) const {
        const auto found = m_common.find(name);
        if (found == m_common.end()) refuse(name + " is missing");
        const Shape& shape = found->second.shape;
        if (shape.size() != axes || std::any_of(shape.begin(), shape.end(), [](std::int64_t n) { return n < 1; }))
            refuse(name + " has the shape " + shapeText(shape));
        return shape;
    }

    FloatArray take(const std::string& name) {
        auto node = m_common.extract(name);
        if (node.empty()) refuse(name + " is missing");
        return floatsOf(name, node.mapped());
    }

    FloatArray takeAs(const std::string& name, Shape shape) {
        FloatArray array = take(name);
        if (count(array.shape) != count(shape)) refuse(name + " has the shape " + shapeText(array.shape));
        array.shape = std::move(shape);
        return array;
    }

    void keep(const std::string& name, FloatArray array) { m_weights[name] = std::move(array); }
    void move(const std::string& name) { keep(name, take(name)); }
    void movePair(const std::string& from, const std::string& to) {
        keep(to + ".weight", take(from + ".weight"));
        keep(to + ".bias", take(from + ".bias"));
    }
    void movePair(const std::string& name) { movePair(name, name); }

    void refuseUnknown() {
        if (!m_unknown.empty())
            throw InvalidInput("The file has " + groupedText(static_cast<std::int64_t>(m_unknown.size())) +
                               " arrays that have no place in a Vision Transformer as this program knows it: " +
                               listed(m_unknown) + ". Nothing was imported.");
        if (!m_leftOut.empty())
            m_notes.push_back("Left out, as only pretraining or another part needs it: " + listed(m_leftOut) + ".");
        for (const std::string& sentence : m_facts.assumed) m_notes.push_back("Not in the file, taken as usual: " + sentence + ".");
    }

    // [D, C, P, P] -> [D, P*P*C]: row, column, channel.
    void findPatches() {
        const Shape shape = shapeOf("patch_embed.proj.weight", 4);
        if (shape[2] != shape[3]) refuse("its patches are not square");
        if (shape[1] != 1 && shape[1] != 3)
            refuse("it takes pictures of " + std::to_string(shape[1]) + " channels, not of 1 or 3");
        m_channels = shape[1];
        m_config.model.projectionDim = shape[0];
        const FloatArray stored = take("patch_embed.proj.weight");
        const std::int64_t side = shape[2], pixels = side * side;
        FloatArray kernel{{shape[0], pixels * m_channels}, std::vector<float>(stored.values.size())};
        for (std::int64_t d = 0; d < shape[0]; ++d) {
            for (std::int64_t c = 0; c < m_channels; ++c) {
                for (std::int64_t p = 0; p < pixels; ++p) {
                    kernel.values[static_cast<std::size_t>((d * pixels + p) * m_channels + c)] =
                        stored.values[static_cast<std::size_t>((d * m_channels + c) * pixels + p)];
                }
            }
        }
        const std::int64_t wanted = isAssigned("model.patch_size") ? m_config.model.patchSize : side;
        if (const auto problem = rangeProblem(*findField("model.patch_size"), wanted))
            throw InvalidInput(Issues{{"model.patch_size", *problem}});
        m_config.model.patchSize = wanted;
        if (wanted != side) {
            kernel = resampledKernel(kernel, side, wanted);
            m_notes.push_back("The projection of patches of " + std::to_string(side) + " px was made one of " +
                              std::to_string(wanted) + " px.");
        }
        keep("patch_embed.proj.weight", std::move(kernel));
        keep("patch_embed.proj.bias", has("patch_embed.proj.bias") ? take("patch_embed.proj.bias") : zeros({shape[0]}));
        m_config.model.stemWidths.clear();
        m_config.model.stemPools.clear();
        m_config.model.preNorm = has("norm_pre.weight");
        if (m_config.model.preNorm) movePair("norm_pre");
    }

    // Tokens that stand for no patch: class token, distillation token, registers. One that nothing reads but the blocks is a
    // register here.
    void findTokens() {
        ModelConfig& model = m_config.model;
        const std::int64_t dim = model.projectionDim;
        const bool classToken = has("cls_token"), distilled = has("dist_token");
        const std::int64_t registers = has("reg_token") ? count(shapeOf("reg_token", 3)) / dim : 0;
        const bool readsClass = classToken && !readsAverage();
        std::vector<FloatArray> own;
        if (classToken && !readsClass) own.push_back(takeAs("cls_token", {1, dim}));
        if (classToken && readsClass) keep("cls_token", takeAs("cls_token", {dim}));
        if (distilled) own.push_back(takeAs("dist_token", {1, dim}));
        if (registers > 0) own.push_back(takeAs("reg_token", {registers, dim}));
        model.registers = 0;
        if (!own.empty()) {
            FloatArray all = joined(own);
            model.registers = all.shape.front();
            keep("reg_token", std::move(all));
        }
        // The class token's position is its own; of the others' some have one.
        const std::int64_t named = (classToken && !readsClass ? 1 : 0) + (distilled ? 1 : 0);
        model.registerPositions = named > 0;
        findPositions((classToken ? 1 : 0) + (distilled ? 1 : 0), registers, readsClass);
    }

    bool readsAverage() const {
        if (has("fc_norm.weight")) return true;
        if (has("head_dist.weight") || has("dist_token")) return false;
        if (has("attn_pool.latent")) return true;
        return m_facts.pooling == Pooling::Average;
    }

    void findPositions(std::int64_t named, std::int64_t registers, bool readsClass) {
        ModelConfig& model = m_config.model;
        const std::int64_t dim = model.projectionDim;
        if (!has("pos_embed")) {
            if (has("blocks.0.attn.relative_position_bias_table")) return findRelativePositions();
            if (m_facts.positions != PositionType::Rotary) refuse("it has no positions");
            model.positions = PositionType::Rotary;
            if (!isAssigned("model.image_size")) {
                if (m_facts.imageSize) model.imageSize = *m_facts.imageSize;
                else ask("model.image_size", "The file does not say for which image size: give it, such as 224.");
            }
            return;
        }
        model.positions = m_facts.positions.value_or(PositionType::Learned);
        FloatArray positions = take("pos_embed");
        const std::int64_t rows = positions.shape.empty() ? 0 : count(positions.shape) / dim;
        if (rows < 1 || rows * dim != count(positions.shape)) refuse("pos_embed has the shape " + shapeText(positions.shape));
        // Before the patches': of all such tokens, of those but the registers, or of none.
        std::int64_t before = -1;
        for (const std::int64_t candidate : {named, named + registers, std::int64_t{0}})
            if (before < 0 && squareRoot(rows - candidate) > 0) before = candidate;
        if (before < 0) refuse("its " + std::to_string(rows) + " positions are of no square grid");
        const std::int64_t side = squareRoot(rows - before);
        const std::int64_t native = side * model.patchSize;
        if (!isAssigned("model.image_size")) model.imageSize = native;
        const std::int64_t wanted = model.imageSize / model.patchSize;
        FloatArray grid{{side * side, dim}, {}};
        grid.values.assign(positions.values.begin() + before * dim, positions.values.end());
        if (wanted != side && wanted > 0) {
            grid = resampledPositions(grid, side, wanted);
            m_notes.push_back("Positions of " + std::to_string(side) + " × " + std::to_string(side) +
                              " patches were interpolated to " + std::to_string(wanted) + " × " + std::to_string(wanted) + ".");
        }
        // As many rows before the grid's as the network has: the file's, and zeros for tokens to which nothing was added.
        if (before == named + registers && registers > 0) model.registerPositions = true;
        const std::int64_t needed =
            model.registerPositions ? named + registers : (readsClass ? 1 : 0);
        FloatArray head = zeros({needed, dim});
        std::copy_n(positions.values.begin(), std::min(before, needed) * dim, head.values.begin());
        keep("pos_embed", joined({std::move(head), std::move(grid)}));
    }

    // A row for each way in which patches can lie to each other, and three for the class token.
    void findRelativePositions() {
        ModelConfig& model = m_config.model;
        model.positions = PositionType::Relative;
        const std::int64_t rows = shapeOf("blocks.0.attn.relative_position_bias_table", 2)[0];
        const std::int64_t side = (squareRoot(rows - 3) + 1) / 2;
        if (side < 1 || relativePlaces(side) != rows) refuse("its relative positions are of no square grid");
        const std::int64_t native = side * model.patchSize;
        if (isAssigned("model.image_size") && model.imageSize != native)
            throw InvalidInput(Issues{{"model.image_size", "The model's relative positions are for images of " +
                                                               std::to_string(native) + " px: leave the size as it is."}});
        model.imageSize = native;
    }

    void ask(const char* key, const std::string& sentence) { m_questions.push_back({key, sentence}); }

    void findBlocks() {
        ModelConfig& model = m_config.model;
        model.layers = 0;
        while (has("blocks." + std::to_string(model.layers) + ".norm1.weight")) ++model.layers;
        if (model.layers == 0) refuse("blocks.0.norm1.weight is missing");
        const std::string first = "blocks.0.";
        const bool split = has(first + "attn.q.weight");
        const std::int64_t rows = shapeOf(first + (split ? "attn.q.weight" : "attn.qkv.weight"), 2)[0];
        const std::int64_t inner = split ? rows : rows / 3;
        findHeads(inner);
        model.qkNorm = has(first + "attn.q_norm.weight");
        model.qkvBias = has(first + "attn.qkv.bias") || has(first + "attn.q.bias");
        if (m_facts.heads == std::nullopt && model.positions == PositionType::Relative)
            m_facts.heads = shapeOf(first + "attn.relative_position_bias_table", 2)[1];
        model.layerScale = has(first + "ls1.gamma") ? 1e-5 : 0;
        model.mlpDepthwise = false;
        model.mlpLastGelu = false;
        const bool gate = has(first + "mlp.gate.weight");
        const std::int64_t hidden = shapeOf(first + "mlp.fc2.weight", 2)[1];
        const std::int64_t first1 = gate ? 2 * hidden : shapeOf(first + "mlp.fc1.weight", 2)[0];
        model.mlpGated = first1 == 2 * hidden;
        model.mlpUnits = {hidden, model.projectionDim};
        model.attentionNorm = has(first + "attn.norm.weight");
        model.mlpNorm = has(first + "mlp.norm.weight");
        for (const char* key : {"model.attention_dropout", "model.mlp_dropout", "model.drop_path"})
            if (!isAssigned(key)) findField(key)->set(m_config, 0.0);
        if (!isAssigned("model.norm_epsilon")) {
            if (m_facts.epsilon) model.normEpsilon = *m_facts.epsilon;
            else {
                model.normEpsilon = 1e-6;
                m_notes.push_back("Not in the file, taken as usual: a norm epsilon of 1e-06 (model.norm_epsilon).");
            }
        }
        if (!isAssigned("model.activation")) {
            model.activation = m_facts.activation.value_or(model.mlpGated ? Activation::Silu : Activation::Gelu);
            if (!m_facts.activation)
                m_notes.push_back(std::string("Not in the file, taken as usual: ") + (model.mlpGated ? "SiLU" : "exact GELU") +
                                  " (model.activation).");
        }
        model.zeroOutputs = false;
        for (std::int64_t i = 0; i < model.layers; ++i) moveBlock("blocks." + std::to_string(i) + ".", inner);
        m_fcNorm = has("fc_norm.weight");
        if (m_fcNorm) {
            if (has("norm.weight")) refuse("it has a norm before and one after the pooling");
            movePair("fc_norm", "norm");
        } else {
            movePair("norm");
        }
    }

    void findHeads(std::int64_t inner) {
        ModelConfig& model = m_config.model;
        std::optional<std::int64_t> heads = m_facts.heads;
        if (has("blocks.0.attn.q_norm.weight")) heads = inner / shapeOf("blocks.0.attn.q_norm.weight", 1)[0];
        if (isAssigned("model.heads")) heads = model.heads;
        if (!heads) {
            constexpr std::int64_t kUsual = 64;
            ask("model.heads", "The file does not say how many attention heads the model has: give their number; for " +
                                   std::to_string(inner) + " numbers it is usually " +
                                   std::to_string(std::max<std::int64_t>(1, inner / kUsual)) + ".");
            return;
        }
        if (*heads < 1 || inner % *heads != 0)
            throw InvalidInput(Issues{{"model.heads", std::to_string(*heads) + " heads cannot share " +
                                                          std::to_string(inner) + " numbers evenly."}});
        model.heads = *heads;
        model.keyDim = inner / *heads;
    }

    void moveBlock(const std::string& block, std::int64_t inner) {
        movePair(block + "norm1");
        movePair(block + "norm2");
        moveAttention(block + "attn.", inner);
        if (m_config.model.layerScale > 0)
            for (const char* part : {"ls1.gamma", "ls2.gamma"}) move(block + part);
        if (has(block + "mlp.gate.weight")) {
            for (const char* part : {".weight", ".bias"})
                keep(block + "mlp.fc1" + part, joined({take(block + "mlp.gate" + part), take(block + "mlp.up" + part)}));
        } else {
            movePair(block + "mlp.fc1");
        }
        if (m_config.model.mlpNorm) movePair(block + "mlp.norm");
        movePair(block + "mlp.fc2");
    }

    void moveAttention(const std::string& attention, std::int64_t inner) {
        if (m_config.model.qkNorm) {
            movePair(attention + "q_norm");
            movePair(attention + "k_norm");
        }
        if (m_config.model.attentionNorm) movePair(attention + "norm");
        movePair(attention + "proj");
        if (m_config.model.positions == PositionType::Relative) move(attention + "relative_position_bias_table");
        const auto perPart = [&](const char* ending) {
            std::vector<FloatArray> parts;
            for (const char* part : {"q", "k", "v"}) {
                const std::string name = attention + part + ending;
                parts.push_back(has(name) || std::strcmp(ending, ".weight") == 0 ? take(name) : zeros({inner}));
            }
            return joined(parts);
        };
        keep(attention + "qkv.weight", has(attention + "qkv.weight") ? take(attention + "qkv.weight") : perPart(".weight"));
        if (m_config.model.qkvBias)
            keep(attention + "qkv.bias", has(attention + "qkv.bias") ? take(attention + "qkv.bias") : perPart(".bias"));
        if (m_config.model.positions == PositionType::LearnedRotary) partPairs(attention);
    }

    // Queries and keys from pairs beside each other to pairs half a head apart.
    void partPairs(const std::string& attention) {
        for (const char* ending : {".weight", ".bias"}) {
            for (const char* norm : {"q_norm", "k_norm"}) partPairs(attention + norm + ending, 1);
            partPairs(attention + "qkv" + ending, 2 * m_config.model.heads);
        }
    }

    // The rows of the first so many heads; their products stay as they are if queries' and keys' are moved alike.
    void partPairs(const std::string& name, std::int64_t heads) {
        const auto found = m_weights.find(name);
        if (found == m_weights.end()) return;
        std::vector<float>& values = found->second.values;
        const std::int64_t width = m_config.model.keyDim, rows = found->second.shape.front();
        if (rows < heads * width || width % 2 != 0) return;  // of no use without what is asked for, or refused
        const std::int64_t row = static_cast<std::int64_t>(values.size()) / rows;
        const std::vector<float> old = values;
        for (std::int64_t head = 0; head < heads; ++head) {
            for (std::int64_t i = 0; i < width; ++i) {
                const std::int64_t from = head * width + i, to = head * width + i / 2 + (i % 2) * (width / 2);
                std::copy_n(old.begin() + from * row, row, values.begin() + to * row);
            }
        }
    }

    void findHead() {
        HeadConfig& head = m_config.head;
        const std::int64_t dim = m_config.model.projectionDim;
        head.units.clear();
        if (!isAssigned("head.dropout")) head.dropout = 0;
        if (has("attn_pool.latent")) {
            head.type = HeadType::AttentionPooling;
            movePooling();
        } else if (m_fcNorm) {
            head.type = HeadType::NormedAverage;
        } else if (!m_weights.contains("cls_token")) {
            head.type = HeadType::GlobalAveragePooling;
        } else {
            head.type = has("head_dist.weight") ? HeadType::PrefixTokens : HeadType::ClassToken;
        }
        if (!has("head.weight")) return withoutHead();
        const Shape shape = shapeOf("head.weight", 2);
        m_classes = shape[0];
        if (has("head_dist.weight")) return averageHeads();
        if (head.type == HeadType::ClassToken && shape[1] == 2 * dim) head.type = HeadType::ClassTokenAndAverage;
        keep("head.0.weight", take("head.weight"));
        keep("head.0.bias", has("head.bias") ? take("head.bias") : zeros({m_classes}));
    }

    // What DeiT's two heads say is averaged: one head over both tokens with half of each one's weights.
    void averageHeads() {
        const FloatArray first = take("head.weight"), second = take("head_dist.weight");
        const FloatArray firstBias = take("head.bias"), secondBias = take("head_dist.bias");
        if (first.shape != second.shape || firstBias.shape != secondBias.shape || m_config.model.registers != 1)
            refuse("its two heads differ in shape");
        const auto width = static_cast<std::size_t>(first.shape[1]);
        FloatArray kernel{{first.shape[0], 2 * first.shape[1]}, {}};
        FloatArray bias{firstBias.shape, {}};
        for (std::size_t row = 0; row < static_cast<std::size_t>(first.shape[0]); ++row) {
            for (const FloatArray* part : {&first, &second})
                for (std::size_t i = 0; i < width; ++i) kernel.values.push_back(part->values[row * width + i] / 2);
            bias.values.push_back((firstBias.values[row] + secondBias.values[row]) / 2);
        }
        keep("head.0.weight", std::move(kernel));
        keep("head.0.bias", std::move(bias));
    }

    void movePooling() {
        const std::int64_t dim = m_config.model.projectionDim;
        const std::string pool = "attn_pool.";
        keep(pool + "latent", takeAs(pool + "latent", {1, dim}));
        for (const char* part : {"proj", "norm", "mlp.fc1", "mlp.fc2"}) movePair(pool + part);
        if (!has(pool + "qkv.weight")) {
            movePair(pool + "q");
            movePair(pool + "kv");
            return;
        }
        for (const char* ending : {".weight", ".bias"}) {
            const FloatArray all = take(pool + "qkv" + ending);
            if (all.shape.front() != 3 * dim) refuse("attn_pool.qkv has the shape " + shapeText(all.shape));
            const auto third = static_cast<std::ptrdiff_t>(all.values.size() / 3);
            FloatArray query{all.shape, {all.values.begin(), all.values.begin() + third}};
            FloatArray rest{all.shape, {all.values.begin() + third, all.values.end()}};
            query.shape.front() = dim;
            rest.shape.front() = 2 * dim;
            keep(pool + "q" + ending, std::move(query));
            keep(pool + "kv" + ending, std::move(rest));
        }
    }

    // A head of zeros for the classes that are named, which knows nothing yet.
    void withoutHead() {
        const std::vector<std::string> names = m_hints.dataset ? m_hints.dataset->classNames() : m_hints.classNames;
        m_headless = true;
        m_classes = names.empty() ? 1 : static_cast<std::int64_t>(names.size());
        const std::int64_t inputs = headInputs(m_config.model, m_config.head);
        keep("head.0.weight", zeros({m_classes, inputs}));
        keep("head.0.bias", zeros({m_classes}));
        m_notes.push_back("The file has no head that tells classes apart: " +
                          std::string(names.empty() ? "look inside the model, or teach it classes of your own."
                                                    : "one was added that has yet to be trained."));
    }

    void findPhotos() {
        DataConfig& data = m_config.data;
        if (!isAssigned("data.photo_fit")) data.photoFit = m_facts.fit.value_or(PhotoFit::Crop);
        if (!isAssigned("data.photo_share")) data.photoShare = std::clamp(m_facts.share.value_or(1), 0.1, 1.0);
        if (!isAssigned("data.photo_filter")) data.photoFilter = m_facts.filter.value_or(PhotoFilter::Bicubic);
        if (!m_facts.filter && !isAssigned("data.photo_filter"))
            m_notes.push_back("Not in the file, taken as usual: photos are resized bicubically (data.photo_filter).");
        if (!m_facts.share && !isAssigned("data.photo_share") && data.photoFit == PhotoFit::Crop)
            m_notes.push_back("Not in the file: the share of the photo that the model sees; the whole centre square is taken "
                              "(data.photo_share).");
        const bool known = m_facts.mean.size() == static_cast<std::size_t>(m_channels) &&
                           m_facts.deviation.size() == static_cast<std::size_t>(m_channels);
        if (!known && !m_hints.statistics)
            ask("statistics",
                "The file does not say by which mean and deviation pictures are normalised: give both, of pixels from 0 to 1. "
                "Usual are 0.5 0.5 0.5 and 0.5 0.5 0.5 (ViT, AugReg, SigLIP), or 0.485 0.456 0.406 and 0.229 0.224 0.225 "
                "(ImageNet's: DeiT, MAE, DINO).");
    }

    void describe(DataDescription& description) const {
        description.dataset = m_hints.dataset ? m_hints.dataset->name() : "unknown";
        const int side = static_cast<int>(m_config.model.imageSize);
        description.nativeShape = {side, side, static_cast<int>(m_channels)};
        if (m_hints.statistics) {
            description.statistics = *m_hints.statistics;
        } else {
            constexpr double kWhite = 255;
            for (std::size_t c = 0; c < m_facts.mean.size() && c < 3; ++c) {
                description.statistics.mean[c] = m_facts.mean[c] * kWhite;
                description.statistics.deviation[c] = m_facts.deviation[c] * kWhite;
                if (!(m_facts.deviation[c] > 0)) throw InvalidInput("The file's deviation of pixels is not above 0.");
            }
        }
        description.classNames = classNames();
    }

    std::vector<std::string> classNames() const {
        std::vector<std::string> names = m_hints.dataset ? m_hints.dataset->classNames() : m_hints.classNames;
        const auto classes = static_cast<std::size_t>(m_classes);
        if (m_headless && names.empty()) return {"no class"};
        if (names.empty() && m_facts.classNames.size() == classes) names = m_facts.classNames;
        if (names.empty() && m_facts.imageNet && classes == imageNetClasses().size()) names = imageNetClasses();
        if (names.empty())
            for (std::size_t i = 0; i < classes; ++i) names.push_back("class " + std::to_string(i));
        for (const std::string& name : names)
            if (!isUtf8(name)) throw InvalidInput("The name of a class, " + escapedUtf8(name) + ", is not UTF-8.");
        if (names.size() == classes) return names;
        throw InvalidInput("The model tells " + groupedText(m_classes) + " classes apart, but " +
                           groupedText(static_cast<std::int64_t>(names.size())) + " are named" +
                           (m_hints.dataset ? " by the data set " + m_hints.dataset->name() : "") + ".");
    }

    // All that the network needs is there in its shape, and nothing else.
    void place(ImportedModel& model) {
        std::vector<std::string> wrong;
        for (const auto& [name, tensor] : m_common) wrong.push_back(name + " is left over");
        for (const ParameterRow& row : parameterPlan(m_config.model, m_config.head, model.description.input())) {
            auto node = m_weights.extract(row.name);
            if (node.empty()) wrong.push_back(row.name + " is missing");
            else if (node.mapped().shape != row.shape)
                wrong.push_back(row.name + " has the shape " + shapeText(node.mapped().shape) + " instead of " +
                                shapeText(row.shape));
            else store(model.weights, row.name, node.mapped());
        }
        for (const auto& [name, array] : m_weights) wrong.push_back(name + " is left over");
        if (!wrong.empty()) refuse(listed(wrong));
    }

    static void store(TensorFile& file, const std::string& name, const FloatArray& array) {
        TensorData data{"F32", array.shape, std::vector<std::byte>(array.values.size() * sizeof(float))};
        std::memcpy(data.bytes.data(), array.values.data(), data.bytes.size());
        file.tensors[name] = std::move(data);
    }
};

}  // namespace

ImportedModel importPretrained(const std::filesystem::path& path, const ImportHints& hints) {
    SourceWeights source = readSourceWeights(path);
    for (const Family& family : families())
        if (family.matches(source)) return Assembly(family, std::move(source), hints).model();
    std::vector<std::string> names;
    for (const auto& [name, tensor] : source.tensors) names.push_back(name);
    throw InvalidInput(source.file.string() + " holds no Vision Transformer of a family that this program knows (timm, " +
                       "Hugging Face, CLIP, SigLIP, torchvision): its arrays are " +
                       (names.empty() ? std::string("none") : listed(names)) + ".");
}

}  // namespace vit
