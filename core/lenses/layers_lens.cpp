// SPDX-License-Identifier: GPL-3.0-or-later
// The answer as it forms from block to block, and what each head does to it.
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/inspect/layer_answers.h"
#include "core/inspect/what_if.h"
#include "core/lenses/lens_parts.h"
#include "core/lenses/patch_pictures.h"

namespace vit {

LensResult layersLens(const LensQuestion& question) {
    const auto classes = static_cast<int>(question.model.classNames().size());
    LayerAnswers answers = layerAnswers(question.model, question.photo, classes);
    const std::size_t layers = answers.top.size() - 1;
    LensResult result;
    result.table = {{"block", "rank", "class", "probability"}};
    PlotPanel plot{.caption = "Probability of the model's first five",
                   .xTitle = "Read off after block",
                   .yTitle = "Probability (%)",
                   .wholeX = true};
    constexpr std::size_t kShown = 5;
    const std::size_t shown = std::min(kShown, answers.top.back().size());
    for (std::size_t rank = 0; rank < shown; ++rank) {
        const ClassProbability& own = answers.top.back()[rank];
        PlotSeries series{own.name, {}};
        for (std::size_t layer = 0; layer <= layers; ++layer) {
            for (const ClassProbability& entry : answers.top[layer])
                if (entry.index == own.index) series.points.emplace_back(layer, 100 * entry.probability);
        }
        plot.series.push_back(std::move(series));
    }
    for (std::size_t layer = 0; layer <= layers; ++layer) {
        for (std::size_t rank = 0; rank < shown; ++rank) {
            const ClassProbability& entry = answers.top[layer][rank];
            result.table.push_back(
                {std::to_string(layer), std::to_string(rank + 1), entry.name, numberText(entry.probability)});
        }
    }
    result.summary = answers.decidedAt == 0
                         ? "decided before the first block"
                         : "decided at block " + std::to_string(answers.decidedAt) + " of " + std::to_string(layers);
    result.figure.title = "The answer as it forms";
    result.figure.facts = modelFacts(question.model);
    const ClassProbability& answer = answers.top.back().front();
    result.figure.facts.push_back({"Answer", answer.name + ", " + percentText(answer.probability) + ", " + result.summary});
    result.figure.panels.emplace_back(std::move(plot));
    result.numbers = std::move(answers.logits);
    return result;
}

LensResult patchClassesLens(const LensQuestion& question) {
    const LayerAnswers answers = layerAnswers(question.model, question.photo, 1);
    if (answers.patchClass.empty()) throw InvalidInput(kNoPatchAnswers);
    const TokenGrid grid = tokenGrid(question.model.config());
    const Image picture = question.model.look(question.photo).picture;
    const std::vector<std::string>& names = question.model.classNames();
    const std::vector<ClassColour> colours = classColours(answers);
    const auto layers = static_cast<std::int64_t>(answers.top.size());
    LensResult result;
    result.table = {{"block", "row", "column", "class", "probability"}};
    result.figure.title = "The class that each patch is taken for";
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        result.figure.panels.emplace_back(
            MapPanel{.caption = layer == 0 ? "Before block 1" : "After block " + std::to_string(layer),
                     .picture = classPicture(picture, answers, layer, colours, question.settings.opacity)});
        for (std::int64_t patch = 0; patch < grid.patches(); ++patch) {
            const auto place = static_cast<std::size_t>(layer * grid.patches() + patch);
            result.numbers.values.push_back(static_cast<float>(answers.patchClass[place]));
            result.table.push_back({std::to_string(layer), std::to_string(patch / grid.columns),
                                    std::to_string(patch % grid.columns),
                                    names[static_cast<std::size_t>(answers.patchClass[place])],
                                    numberText(answers.patchProbabilities.values[place])});
        }
    }
    result.numbers.shape = answers.patchProbabilities.shape;
    result.figure.facts = modelFacts(question.model);
    const std::vector<std::int64_t> counts = classCounts(answers, layers - 1, colours);
    const auto legend = [&](const std::string& name, std::int64_t count, const Rgb& colour) {
        result.figure.facts.push_back({name, std::to_string(count) + " patches in the end", colour});
    };
    for (std::size_t i = 0; i < colours.size(); ++i)
        legend(names[static_cast<std::size_t>(colours[i].index)], counts[i], colours[i].colour);
    legend("Other classes", counts.back(), kOtherClasses);
    return result;
}

LensResult headsLens(const LensQuestion& question) {
    const ClassProbability about = chosenClass(question);
    HeadEffects effects = headEffects(question.model, question.photo, about.index, question.progress);
    LensResult result;
    result.table = {{"block", "head", "logit_change", "probability_change"}};
    const std::int64_t heads = effects.logit.shape[1];
    for (std::size_t i = 0; i < effects.logit.values.size(); ++i) {
        const auto place = static_cast<std::int64_t>(i);
        result.table.push_back({std::to_string(place / heads + 1), std::to_string(place % heads + 1),
                                numberText(effects.logit.values[i]), numberText(effects.probability.values[i])});
    }
    MapPanel panel = mapPanel(question, {}, effects.probability, true, "change of the probability");
    panel.shading = Shading::Patches;
    panel.caption = "Rows: blocks; columns: heads";
    result.figure.title = "Heads switched off";
    result.figure.facts = modelFacts(question.model);
    result.figure.facts.push_back({"Class", about.name + ", " + percentText(about.probability)});
    result.figure.panels.emplace_back(std::move(panel));
    result.numbers = std::move(effects.probability);
    return result;
}

}  // namespace vit
