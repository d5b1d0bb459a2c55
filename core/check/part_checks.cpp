// SPDX-License-Identifier: GPL-3.0-or-later
// Every option of a model by itself, and the models of the recipes: forward pass and gradients beside double precision.
#include "core/check/check_groups.h"

#include "core/check/pass.h"
#include "core/config/presets.h"
#include "core/config/schema.h"

#include <torch/utils.h>

#include <algorithm>
#include <string>
#include <vector>

namespace vit {

namespace {

constexpr PassSize kSmall{3, CheckBench::kClasses};

// Without hidden layers in its head, which not every kind has, and without what would go with one option only.
Config base(const CheckBench& bench) {
    Config config = CheckBench::withoutDropout(bench.small());
    config.head.type = HeadType::GlobalAveragePooling;
    config.head.units = {};
    config.model.mlpLastGelu = false;
    return config;
}

// What a row can say beside what it says; one value where many would show the same.
std::vector<Value> otherValues(const Field& field, const Config& config) {
    const Value own = field.get(config);
    std::vector<Value> values;
    switch (field.kind) {
        case FieldKind::Boolean: return {!std::get<bool>(own)};
        case FieldKind::Choice:
            for (const Choice& choice : field.choices)
                if (Value(choice.value) != own) values.emplace_back(choice.value);
            return values;
        case FieldKind::Integer: return {std::get<std::int64_t>(own) + 2};
        case FieldKind::Real: return {std::min(field.maximum, std::get<double>(own) + field.step)};
        case FieldKind::IntegerList: {
            std::vector<std::int64_t> longer = std::get<std::vector<std::int64_t>>(own);
            longer.insert(longer.begin(), 24);
            return {longer};
        }
        case FieldKind::Text: return {};
    }
    return {};
}

// A convolution instead of nothing, for the rows that say how it is.
void giveStem(Config& config) { config.model.stemWidths = {8, 8}; }

bool isValid(const Config& config) { return validate(config).empty(); }

// The configurations that differ from `start` in this row, as far as they make a model.
std::vector<Config> variants(const Field& field, const Config& start) {
    std::vector<Config> found;
    for (const Value& value : otherValues(field, start)) {
        Config config = start;
        field.set(config, value);
        if (field.key == "model.projection_dim") config.model.mlpUnits.back() = config.model.projectionDim;
        if (field.key == "model.stem_pools") {
            giveStem(config);
            config.model.stemPools = {1};
        }
        if (isValid(config)) found.push_back(CheckBench::withoutDropout(config));
    }
    return found;
}

Finding worseOf(const Finding& a, const Finding& b) { return b.state == CheckState::Failed ? b : a; }

Findings options(CheckBench& bench) {
    const Config start = base(bench);
    Findings findings;
    for (const Field& field : schema()) {
        if (!field.key.starts_with("model.") && !field.key.starts_with("head.")) continue;
        if (!matters(field, start)) continue;
        Worst logits, gradients;
        for (const Config& config : variants(field, start)) {
            if (config == start) continue;  // dropout, which is checked by its rate
            bench.goOn();
            const Pass computed = passOfDevice(bench, config, kSmall);
            const Pass expected = passOfReference(bench, config, kSmall);
            const std::string value = toText(field, field.get(config));
            logits.see(relativeDifference(bench.back(computed.logits), expected.logits), value);
            std::vector<torch::Tensor> one, other;
            for (const torch::Tensor& gradient : computed.gradients) one.push_back(bench.back(gradient).flatten());
            for (const torch::Tensor& gradient : expected.gradients) other.push_back(gradient.flatten());
            gradients.see(relativeDifference(torch::cat(one), torch::cat(other)), value);
        }
        if (logits.where.empty()) continue;
        findings.push_back(worseOf(within(gradients.value, kGradient, gradients.where),
                                   within(logits.value, kForward, logits.where)));
        findings.back().of = field.label;
    }
    return findings;
}

Findings recipes(CheckBench& bench) {
    constexpr PassSize kSize{2, 10};
    constexpr double kBeforePools = 0.2;  // where two pixels are nearly alike, 8 bits choose the other one's way back
    Findings findings;
    for (const Preset& known : presets()) {
        if (known.name == "keras-example" || known.name == "testing") continue;  // all else here is done with these
        const Config config = CheckBench::withoutDropout(known.config);
        const Pass expected = passOfReference(bench, config, kSize);
        for (const bool bfloat16 : {false, true}) {
            if (bfloat16 && !bench.selection().device.bfloat16) continue;
            bench.goOn();
            const Pass computed = passOfDevice(bench, config, kSize, bfloat16);
            findings.push_back(within(relativeDifference(bench.back(computed.logits), expected.logits),
                                      bfloat16 ? kForwardBfloat16 : kForward));
            findings.back().of = known.name + (bfloat16 ? ", bf16, logits" : ", logits");
            const double rounded = config.model.stemPools.empty() ? kGradientBfloat16 : kBeforePools;
            findings.push_back(worstGradient(bench, computed, expected, config, bfloat16 ? rounded : kGradient));
            findings.back().of = known.name + (bfloat16 ? ", bf16, gradients" : ", gradients");
        }
    }
    return findings;
}

constexpr Check kChecks[] = {
    {"parts.options", "Another value", false, options},
    {"parts.recipes", "Model of a recipe", false, recipes},
};

}  // namespace

std::span<const Check> partChecks() { return kChecks; }

}  // namespace vit
