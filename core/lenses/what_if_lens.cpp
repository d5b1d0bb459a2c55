// SPDX-License-Identifier: GPL-3.0-or-later
// The answer beside the one that there would be.
#include "core/base/number_text.h"
#include "core/inspect/what_if.h"
#include "core/lenses/lens_parts.h"
#include "core/lenses/patch_pictures.h"

#include <algorithm>
#include <numeric>

namespace vit {

namespace {

std::vector<Fact> changeFacts(const WhatIf& change, const TokenGrid& grid, const std::string& hiding) {
    std::vector<Fact> facts;
    if (!change.hidden.empty())
        facts.push_back({"Hidden patches", std::to_string(change.hidden.size()) + " of " +
                                               std::to_string(grid.patches()) + "; " + hiding});
    if (!change.order.empty()) facts.push_back({"Order of the patches", "shuffled"});
    std::string heads, blocks;
    for (const auto& [layer, head] : change.heads)
        heads += (heads.empty() ? "" : ", ") + std::to_string(layer) + "·" + std::to_string(head);
    for (const std::int64_t block : change.blocks) blocks += (blocks.empty() ? "" : ", ") + std::to_string(block + 1);
    if (!heads.empty()) facts.push_back({"Heads switched off (layer·head)", heads});
    if (!blocks.empty()) facts.push_back({"Blocks switched off", blocks});
    if (facts.empty()) facts.push_back({"Changed", "nothing"});
    return facts;
}

std::size_t firstOf(const std::vector<double>& shares) {
    return static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
}

}  // namespace

LensResult whatIfLens(const LensQuestion& question) {
    const WhatIf& change = question.settings.change;
    const TokenGrid grid = tokenGrid(question.model.config());
    const std::vector<std::string>& names = question.model.classNames();
    const WhatIfAnswer answer = whatIf(question.model, question.photo, change);
    const Image picture = question.model.look(question.photo).picture;
    const std::size_t was = firstOf(answer.before), is = firstOf(answer.after);
    LensResult result;
    result.figure.title = "What if";
    result.figure.panels.emplace_back(
        MapPanel{.caption = "As it is: " + names[was] + ", " + percentText(answer.before[was]), .picture = picture});
    result.figure.panels.emplace_back(
        MapPanel{.caption = "Changed: " + names[is] + ", " + percentText(answer.after[is]),
                 .picture = changedPicture(picture, grid, change)});
    std::vector<Fact>& facts = result.figure.facts;
    facts = modelFacts(question.model);
    for (Fact& fact : changeFacts(change, grid, answer.hiding)) facts.push_back(std::move(fact));
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::max(answer.before[a], answer.after[a]) > std::max(answer.before[b], answer.after[b]);
    });
    constexpr std::size_t kShown = 5;
    result.table = {{"class", "before", "after", "change"}};
    for (const std::size_t index : order) {
        const double before = answer.before[index], after = answer.after[index];
        if (result.table.size() <= kShown)
            facts.push_back({names[index], percentText(before) + " → " + percentText(after)});
        result.table.push_back({names[index], numberText(before), numberText(after), numberText(after - before)});
    }
    result.numbers.shape = {2, static_cast<std::int64_t>(names.size())};
    for (const std::vector<double>* shares : {&answer.before, &answer.after})
        for (const double share : *shares) result.numbers.values.push_back(static_cast<float>(share));
    result.summary = was == is ? "the answer stays " + names[was] : names[was] + " becomes " + names[is];
    return result;
}

}  // namespace vit
