// SPDX-License-Identifier: GPL-3.0-or-later
// Takes values by the row's kind and range.
#include "core/config/variants.h"

#include <algorithm>

namespace vit {

namespace {

std::vector<Value> otherValues(const Field& field, const Config& config) {
    const Value own = field.get(config);
    std::vector<Value> values;
    switch (field.kind) {
        case FieldKind::Boolean: return {!std::get<bool>(own)};
        case FieldKind::Choice:
            for (const Choice& choice : field.choices)
                if (Value(choice.value) != own) values.emplace_back(choice.value);
            return values;
        case FieldKind::Integer: return {2 * std::get<std::int64_t>(own), std::get<std::int64_t>(own) + 1};
        case FieldKind::Real: return {field.minimum, std::min(field.maximum, 3 * std::get<double>(own) + field.step)};
        case FieldKind::IntegerList: {
            std::vector<std::int64_t> longer = std::get<std::vector<std::int64_t>>(own);
            longer.insert(longer.begin(), field.maximum > 24 ? 24 : 1);
            return {longer};
        }
        case FieldKind::Text: return {};
    }
    return {};
}

// What a row stands on beside the choices that its `only` names.
void addWhatItNeeds(const Field& field, Config& config) {
    if (field.key == "model.projection_dim") config.model.mlpUnits.back() = config.model.projectionDim;
    if (field.key == "model.image_width") config.model.imageWidth = 2 * config.model.imageSize;
    if (field.key == "model.stem_pools" || field.key == "model.stem_whitening") config.model.stemWidths = {8, 24};
    if (field.key == "model.layer_scale") config.model.mlpLastGelu = false;
    if (field.key == "model.register_positions") config.model.registers = 2;
}

}  // namespace

std::vector<Config> variants(const Field& field, const Config& start) {
    std::vector<Config> found;
    for (const Value& value : otherValues(field, start)) {
        Config config = start;
        if (!matters(field, config)) {
            const Field& other = *findField(field.only.key);
            other.set(config, parseText(other, field.only.values.front()));
        }
        field.set(config, value);
        addWhatItNeeds(field, config);
        if (config != start && validate(config).empty()) found.push_back(config);
    }
    return found;
}

}  // namespace vit
