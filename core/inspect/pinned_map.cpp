// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for colours, or a method of relevance, within bounds.
#include "core/inspect/pinned_map.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tokens.h"

namespace vit {

namespace {

constexpr double kMostBytes = 1 << 30;  // a training beside it must not run out of memory

// Attention weights of all blocks, their gradients and what lies between.
double bytesFor(const Config& config) {
    const auto tokens = static_cast<double>(tokenGrid(config).tokens());
    const auto matrices = static_cast<double>(config.model.layers * config.model.heads);
    return 4 * sizeof(float) * matrices * tokens * tokens;
}

FloatArray coloursOf(LoadedModel& model, const Image& picture) {  // [rows, columns, 3]
    return tokenColours(model.look(picture, {.tokens = true}).normed, tokenGrid(model.config())).colours;
}

FloatArray relevanceOf(LoadedModel& model, const Image& picture, std::int64_t index, const std::string& method) {
    if (bytesFor(model.config()) > kMostBytes) {
        throw Error("The model has " + groupedText(tokenGrid(model.config()).patches()) +
                    " patches, too many for a map while it trains.");
    }
    return relevance(model, picture, index, relevanceMethod(method)).map;  // [rows, columns]
}

}  // namespace

KeptMap pinnedMap(LoadedModel& model, const Image& picture, const Prediction& prediction, PinnedMap wanted) {
    Config asked;
    asked.run.pinnedMap = wanted;
    const auto method = std::get<std::string>(findField("run.pinned_map")->get(asked));
    std::optional<KeptMap> kept =
        keptMap(method, wanted == PinnedMap::TokenColours
                            ? coloursOf(model, picture)
                            : relevanceOf(model, picture, prediction.top.front().index, method));
    if (!kept) throw Error("Its numbers are not finite.");
    return *std::move(kept);
}

}  // namespace vit
