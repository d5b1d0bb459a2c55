// SPDX-License-Identifier: GPL-3.0-or-later
// The table of families, in the order in which a file is tried for them, and what they share.
#include "core/import/families/families.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/import/family.h"

#include <nlohmann/json.hpp>

#include <array>

namespace vit {

namespace {

// The number that '#' stands for in `from`, or empty for a name without one; none: another name.
std::optional<std::string> matched(std::string_view name, std::string_view from) {
    const std::size_t mark = from.find('#');
    if (mark == std::string_view::npos) return name == from ? std::optional<std::string>("") : std::nullopt;
    const std::string_view before = from.substr(0, mark), after = from.substr(mark + 1);
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after))
        return std::nullopt;
    const std::string_view number = name.substr(before.size(), name.size() - before.size() - after.size());
    constexpr std::size_t kMostDigits = 4;
    if (number.size() > kMostDigits || number.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return std::string(number);
}

std::string filled(std::string_view to, const std::string& number) {
    std::string name(to);
    if (const std::size_t mark = name.find('#'); mark != std::string::npos) name.replace(mark, 1, number);
    return name;
}

// Whether the whole of pretraining's part begins so: "decoder_blocks.*".
bool isLeftOut(std::string_view name, const Renaming& row) {
    const std::string_view from = row.from;
    return *row.to == '\0' && (from.ends_with('*') ? name.starts_with(from.substr(0, from.size() - 1)) : name == from);
}

}  // namespace

std::span<const Family> families() {
    using namespace family_parts;
    static constexpr std::array kFamilies = {
        Family{"timm", matchesTimm, translateTimm, timmFacts},
        Family{"Hugging Face", matchesHuggingFace, translateHuggingFace, huggingFaceViTFacts},
        Family{"CLIP or SigLIP", matchesClip, translateClip, clipFacts},
        Family{"OpenAI or OpenCLIP", matchesOpenClip, translateOpenClip, openClipFacts},
        Family{"OpenCLIP", matchesOpenClipTrunk, translateOpenClipTrunk, openClipTrunkFacts},
        Family{"torchvision", matchesTorchvision, translateTorchvision, torchvisionFacts},
    };
    return kFamilies;
}

CommonWeights renamed(SourceWeights& weights, std::string_view prefix, std::span<const Renaming> table,
                      std::vector<std::string>& leftOut) {
    CommonWeights common;
    for (auto next = weights.tensors.begin(); next != weights.tensors.end();) {
        const auto entry = next++;
        const std::string& full = entry->first;
        const std::string_view name = full.starts_with(prefix) ? std::string_view(full).substr(prefix.size()) : full;
        std::string_view stem = name, ending;
        for (const std::string_view known : {".weight", ".bias"}) {
            if (!name.ends_with(known)) continue;
            ending = known;
            stem.remove_suffix(known.size());
        }
        for (const Renaming& row : table) {
            if (isLeftOut(name, row)) {
                leftOut.push_back(full);
                weights.tensors.erase(entry);
                break;
            }
            auto number = matched(name, row.from);
            const bool whole = number.has_value();
            if (!whole) number = matched(stem, row.from);
            if (!number || *row.to == '\0') continue;
            const std::string to = filled(row.to, *number) + (whole ? "" : std::string(ending));
            if (!common.emplace(to, std::move(entry->second)).second)
                throw InvalidInput("The file has two arrays in the place of " + to + ": it is no model of one kind.");
            weights.tensors.erase(entry);
            break;
        }
    }
    return common;
}

std::optional<Activation> activationNamed(std::string_view name) {
    if (name == "gelu" || name == "gelu_python") return Activation::Gelu;
    if (name == "gelu_pytorch_tanh" || name == "gelu_tanh" || name == "gelu_new") return Activation::GeluTanh;
    if (name == "quick_gelu" || name == "quickgelu") return Activation::QuickGelu;
    if (name == "silu" || name == "swish") return Activation::Silu;
    return std::nullopt;
}

std::optional<PhotoFilter> filterNamed(std::string_view name) {
    if (name == "bilinear") return PhotoFilter::Bilinear;
    if (name == "bicubic") return PhotoFilter::Bicubic;
    return std::nullopt;
}

SourceFacts huggingFaceFacts(const SourceWeights& weights, const std::string& model) {
    SourceFacts facts;
    const nlohmann::ordered_json* config = weights.config.get();
    const auto whole = [&](const std::string& key) -> std::optional<std::int64_t> {
        const auto number = numberIn(config, model + key);
        return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
    };
    facts.heads = whole("num_attention_heads");
    facts.imageSize = whole("image_size");
    if (const auto sides = numbersIn(config, model + "image_size"); sides && sides->size() == 2)
        facts.imageSize = ImageSize(static_cast<std::int64_t>(sides->front()), static_cast<std::int64_t>(sides->back()));
    facts.epsilon = numberIn(config, model + "layer_norm_eps");
    if (const auto name = textIn(config, model + "hidden_act"))
        facts.activation = known("hidden_act", *name, activationNamed(*name));
    if (config != nullptr && config->is_object() && config->contains("id2label") && (*config)["id2label"].is_object()) {
        const auto& labels = (*config)["id2label"];
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const std::string key = std::to_string(i);
            if (!labels.contains(key) || !labels[key].is_string()) break;
            facts.classNames.push_back(labels[key].get<std::string>());
        }
    }

    const nlohmann::ordered_json* photos = weights.preprocessor.get();
    facts.mean = numbersIn(photos, "image_mean").value_or(std::vector<double>());
    facts.deviation = numbersIn(photos, "image_std").value_or(std::vector<double>());
    if (const auto filter = numberIn(photos, "resample")) {  // Pillow's numbers
        const std::string name = *filter == 2 ? "bilinear" : *filter == 3 ? "bicubic" : numberText(*filter);
        facts.filter = known("resample", name, filterNamed(name));
    }
    const auto edge = [&](const std::string& key) -> std::optional<double> {
        if (const auto number = numberIn(photos, key)) return number;
        if (const auto shortest = numberIn(photos, key + ".shortest_edge")) return shortest;
        return numberIn(photos, key + ".height");
    };
    const auto size = edge("size"), crop = edge("crop_size");
    if (flagIn(photos, "do_center_crop").value_or(false) && crop) {
        facts.fit = PhotoFit::Crop;
        facts.share = size && *size > *crop ? *crop / *size : 1;
    } else if (size) {
        facts.fit = PhotoFit::Squash;
    }
    return facts;
}

}  // namespace vit
