// SPDX-License-Identifier: GPL-3.0-or-later
// A function for each part of the network, as core/model/parts has a file for each.
#include "core/config/parameter_plan.h"

#include "core/config/wave_positions.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace vit {

namespace {

class Plan {
public:
    Plan(std::int64_t depth, NormType norm) : m_depth(depth), m_norm(norm) {}

    void setDepth(std::int64_t depth) { m_depth = depth; }

    void add(const std::string& name, std::vector<std::int64_t> shape, ParameterRole role) {
        m_rows.push_back({name, std::move(shape), role, m_depth});
    }
    void dense(const std::string& name, std::int64_t inputs, std::int64_t outputs) {
        dense(name, inputs, outputs, static_cast<double>(inputs), static_cast<double>(outputs));
    }
    void dense(const std::string& name, std::int64_t inputs, std::int64_t outputs, double fanIn, double fanOut,
               ParameterRole role = ParameterRole::Kernel, bool bias = true) {
        m_rows.push_back({name + ".weight", {outputs, inputs}, role, m_depth, fanIn, fanOut});
        if (bias) add(name + ".bias", {outputs}, ParameterRole::Bias);
    }
    void norm(const std::string& name, std::int64_t width) { norm(name, width, m_norm); }
    void norm(const std::string& name, std::int64_t width, NormType type) {
        add(name + ".weight", {width}, ParameterRole::NormScale);
        if (type == NormType::LayerNorm) add(name + ".bias", {width}, ParameterRole::NormShift);
    }
    void fix(const std::string& name) { std::ranges::find(m_rows, name, &ParameterRow::name)->fixed = true; }
    void append(std::vector<ParameterRow> rows) {
        m_rows.insert(m_rows.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    }

    std::vector<ParameterRow> take() { return std::move(m_rows); }

private:
    std::int64_t m_depth;
    NormType m_norm;
    std::vector<ParameterRow> m_rows;
};

constexpr std::int64_t kTaps = 9;  // of a 3×3 convolution

void addStem(Plan& plan, const ModelConfig& model, const ModelInput& input) {
    std::int64_t inputs = input.channels;
    for (std::size_t i = 0; i < model.stemWidths.size(); ++i) {
        const std::int64_t outputs = model.stemWidths[i];
        const std::string number = std::to_string(i + 1);
        plan.dense("stem.conv" + number, kTaps * inputs, outputs, static_cast<double>(kTaps * inputs),
                   static_cast<double>(kTaps * outputs), ParameterRole::StemKernel);
        plan.norm("stem.norm" + number, outputs, NormType::LayerNorm);
        inputs = outputs;
    }
    if (model.stemWhitening && !model.stemWidths.empty()) plan.fix("stem.conv1.weight");
}

void addAttention(Plan& plan, const ModelConfig& model, const std::string& name) {
    const std::int64_t dim = model.projectionDim;
    const std::int64_t inner = model.heads * model.keyDim;
    const auto d = static_cast<double>(dim), heads = static_cast<double>(model.heads);
    const auto key = static_cast<double>(model.keyDim);
    if (model.localAttention) plan.add(name + ".scale", {model.heads}, ParameterRole::Sharpness);
    plan.dense(name + ".qkv", dim, 3 * inner, d * heads, d * key, ParameterRole::Kernel, model.qkvBias);
    if (model.qkNorm) {
        plan.norm(name + ".q_norm", model.keyDim);
        plan.norm(name + ".k_norm", model.keyDim);
    }
    if (model.positions == PositionType::Relative) {
        plan.add(name + ".relative_position_bias_table", {relativePlaces(model.grid()), model.heads},
                 ParameterRole::Position);
    }
    if (model.attentionNorm) plan.norm(name + ".norm", inner);
    plan.dense(name + ".proj", inner, dim, heads * key, heads * d);
}

void addMlp(Plan& plan, const ModelConfig& model, const std::string& name) {
    std::int64_t inputs = model.projectionDim;
    for (std::size_t i = 0; i < model.mlpUnits.size(); ++i) {
        const std::int64_t halves = i == 0 && model.mlpGated ? 2 : 1;
        plan.dense(name + ".fc" + std::to_string(i + 1), inputs, halves * model.mlpUnits[i]);
        if (i == 0 && model.mlpDepthwise) {
            plan.add(name + ".dw.weight", {3, 3, model.mlpUnits[i]}, ParameterRole::TapKernel);
            plan.add(name + ".dw.bias", {model.mlpUnits[i]}, ParameterRole::Bias);
        }
        if (i == 0 && model.mlpNorm) plan.norm(name + ".norm", model.mlpUnits[i]);
        inputs = model.mlpUnits[i];
    }
}

void addEmbedding(Plan& plan, const ModelConfig& model, const HeadConfig& head, const ModelInput& input) {
    addStem(plan, model, input);
    const std::int64_t inputs = cutPatchSize(model) * cutPatchSize(model) * cutChannels(model, input);
    if (model.shiftedPatches) plan.norm("patch_embed.norm", inputs);
    plan.dense("patch_embed.proj", inputs, model.projectionDim, static_cast<double>(inputs),
               static_cast<double>(model.projectionDim),
               model.stemWidths.empty() ? ParameterRole::Kernel : ParameterRole::StemKernel);
    if (hasClassToken(head)) plan.add("cls_token", {model.projectionDim}, ParameterRole::ClassToken);
    if (model.registers > 0) plan.add("reg_token", {model.registers, model.projectionDim}, ParameterRole::Register);
    if (learnsPositions(model))
        plan.add("pos_embed", {positionCount(model, head), model.projectionDim}, ParameterRole::Position);
    if (model.preNorm) plan.norm("norm_pre", model.projectionDim);
}

void addAttentionPooling(Plan& plan, const ModelConfig& model) {
    const std::int64_t dim = model.projectionDim;
    plan.add("attn_pool.latent", {1, dim}, ParameterRole::Register);
    plan.dense("attn_pool.q", dim, dim);
    plan.dense("attn_pool.kv", dim, 2 * dim);
    plan.dense("attn_pool.proj", dim, dim);
    plan.norm("attn_pool.norm", dim);
    plan.dense("attn_pool.mlp.fc1", dim, model.mlpUnits.front());
    plan.dense("attn_pool.mlp.fc2", model.mlpUnits.front(), dim);
}

void addHead(Plan& plan, const ModelConfig& model, const HeadConfig& head, const ModelInput& input) {
    std::int64_t inputs = headInputs(model, head);
    for (std::size_t i = 0; i <= head.units.size(); ++i) {
        const std::int64_t outputs = i < head.units.size() ? head.units[i] : input.classes;
        plan.dense("head." + std::to_string(i), inputs, outputs);
        inputs = outputs;
    }
}

}  // namespace

bool isKernel(ParameterRole role) {
    return role == ParameterRole::Kernel || role == ParameterRole::StemKernel || role == ParameterRole::TapKernel;
}

std::int64_t ParameterRow::count() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<ParameterRow> blockPlan(const ModelConfig& model, std::int64_t index) {
    Plan plan(index + 1, model.norm);
    const std::string name = "blocks." + std::to_string(index);
    plan.norm(name + ".norm1", model.projectionDim);
    addAttention(plan, model, name + ".attn");
    if (model.layerScale > 0) plan.add(name + ".ls1.gamma", {model.projectionDim}, ParameterRole::LayerScale);
    plan.norm(name + ".norm2", model.projectionDim);
    addMlp(plan, model, name + ".mlp");
    if (model.layerScale > 0) plan.add(name + ".ls2.gamma", {model.projectionDim}, ParameterRole::LayerScale);
    return plan.take();
}

std::vector<ParameterRow> parameterPlan(const ModelConfig& model, const HeadConfig& head, const ModelInput& input) {
    Plan plan(0, model.norm);
    addEmbedding(plan, model, head, input);
    for (std::int64_t i = 0; i < model.layers; ++i) plan.append(blockPlan(model, i));
    plan.setDepth(model.layers + 1);
    plan.norm("norm", model.projectionDim);
    if (head.type == HeadType::AttentionPooling) addAttentionPooling(plan, model);
    addHead(plan, model, head, input);
    return plan.take();
}

const ParameterRow* findParameter(const std::vector<ParameterRow>& plan, std::string_view name) {
    const auto found =
        std::find_if(plan.begin(), plan.end(), [&](const ParameterRow& row) { return row.name == name; });
    return found == plan.end() ? nullptr : &*found;
}

std::int64_t patchCount(const ModelConfig& model) { return model.grid().count(); }

bool stemHalvesAfter(const ModelConfig& model, std::size_t layer) {
    return std::ranges::find(model.stemPools, static_cast<std::int64_t>(layer) + 1) != model.stemPools.end();
}

std::int64_t stemFactor(const ModelConfig& model) { return std::int64_t{1} << model.stemPools.size(); }

std::int64_t cutPatchSize(const ModelConfig& model) { return model.patchSize / stemFactor(model); }

std::int64_t cutChannels(const ModelConfig& model, const ModelInput& input) {
    constexpr std::int64_t kCopies = 5;  // the image, and four that are moved
    const std::int64_t channels = model.stemWidths.empty() ? input.channels : model.stemWidths.back();
    return model.shiftedPatches ? kCopies * channels : channels;
}

bool learnsPositions(const ModelConfig& model) {
    return model.positions == PositionType::Learned || model.positions == PositionType::LearnedRotary;
}

bool turnsByPlace(const ModelConfig& model) {
    return model.positions == PositionType::Rotary || model.positions == PositionType::LearnedRotary;
}

bool hasClassToken(const HeadConfig& head) {
    return head.type == HeadType::ClassToken || head.type == HeadType::ClassTokenAndAverage ||
           head.type == HeadType::PrefixTokens;
}

std::int64_t prefixCount(const ModelConfig& model, const HeadConfig& head) {
    return (hasClassToken(head) ? 1 : 0) + model.registers;
}

std::int64_t tokenCount(const ModelConfig& model, const HeadConfig& head) {
    return patchCount(model) + prefixCount(model, head);
}

std::int64_t positionCount(const ModelConfig& model, const HeadConfig& head) {
    return tokenCount(model, head) - (model.registerPositions ? 0 : model.registers);
}

bool readsOneToken(const HeadConfig& head) {
    return head.type == HeadType::GlobalAveragePooling || head.type == HeadType::ClassToken ||
           head.type == HeadType::NormedAverage;
}

std::int64_t headInputs(const ModelConfig& model, const HeadConfig& head) {
    switch (head.type) {
        case HeadType::Flatten: return model.projectionDim * patchCount(model);
        case HeadType::ClassTokenAndAverage: return model.projectionDim * 2;
        case HeadType::PrefixTokens: return model.projectionDim * prefixCount(model, head);
        default: return model.projectionDim;
    }
}

}  // namespace vit
