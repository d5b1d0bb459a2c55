// SPDX-License-Identifier: GPL-3.0-or-later
// Every option of a model by itself, and the models of the recipes: forward pass and gradients beside double precision.
#include "core/check/check_groups.h"

#include "core/check/pass.h"
#include "core/config/presets.h"
#include "core/config/variants.h"

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

Finding worseOf(const Finding& a, const Finding& b) { return b.state == CheckState::Failed ? b : a; }

torch::Tensor flat(std::vector<torch::Tensor> tensors) {
    for (torch::Tensor& tensor : tensors) tensor = tensor.flatten();
    return torch::cat(tensors);
}

Findings options(CheckBench& bench) {
    const Config start = base(bench);
    Findings findings;
    for (const Field& field : schema()) {
        if (!field.key.starts_with("model.") && !field.key.starts_with("head.")) continue;
        const std::vector<Config> others = variants(field, start);
        if (others.empty()) findings.push_back({CheckState::Failed, "no other value makes a model here", {}, field.label});
        bool tried = false;
        Worst logits, gradients;
        for (const Config& other : others) {
            const Config config = CheckBench::withoutDropout(other);
            if (config == start) continue;  // dropout, which is checked by its rate
            tried = true;
            bench.goOn();
            const Pass computed = passOfDevice(bench, config, kSmall);
            const Pass expected = passOfReference(bench, config, kSmall);
            const std::string value = toText(field, field.get(config));
            logits.see(relativeDifference(bench.back(computed.logits), expected.logits), value);
            gradients.see(relativeDifference(bench.back(flat(computed.gradients)), flat(expected.gradients)), value);
        }
        if (!tried) continue;
        findings.push_back(worseOf(within(gradients.value, kGradient, gradients.where),
                                   within(logits.value, kForward, logits.where)));
        findings.back().of = field.label;
    }
    return findings;
}

Findings recipes(CheckBench& bench) {
    constexpr PassSize kSize{2, 10};
    constexpr std::int64_t kMostBlocks = 3;  // more of the same kind would show the same, and take its time
    constexpr double kBeforePools = 0.2;  // where two pixels are nearly alike, 8 bits choose the other one's way back
    Findings findings;
    for (const Preset& known : presets()) {
        if (known.name == "keras-example" || known.name == "testing") continue;  // all else here is done with these
        Config config = CheckBench::withoutDropout(known.config);
        config.model.layers = std::min(config.model.layers, kMostBlocks);
        config.model.dropPath = 0;  // as all that is drawn
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

constexpr Check kPartChecks[] = {
    {"parts.options", "Another value", false, options},
    {"parts.recipes", "Model of a recipe", false, recipes},
};

}  // namespace

std::span<const Check> partChecks() { return kPartChecks; }

}  // namespace vit
